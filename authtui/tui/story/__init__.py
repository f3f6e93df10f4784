"""The app that tells stories: a menu, and a guide beside the panes of the desk."""
