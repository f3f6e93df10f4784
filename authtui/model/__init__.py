"""The observable core: state, events, session."""
