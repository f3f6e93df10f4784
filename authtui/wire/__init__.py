"""Requests on the wire: records of them and what an answer means."""
