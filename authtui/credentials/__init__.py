"""Where credentials live: reading each place, and the order in which the client asks them."""
