"""The app in a browser on this machine: a page, its one-time link, and a process for each screen.

`textual-serve` gives the page its terminal and speaks to the app; `access` decides who may open it.
"""
