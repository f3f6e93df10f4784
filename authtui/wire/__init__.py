"""Sending and serving: the only room that opens a connection.

`client` sends by way of `transport`; `body` reads an answer within limits, and `connection` tells
how far a request got. `serving` is the other side: a server on loopback, for whoever needs one.
"""
