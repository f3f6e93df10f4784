"""The report for a ticket: from what was seen and judged to Markdown, JSON and a picture.

`build` makes one immutable `Report` in which every text is already redacted; the three formats
only lay it out. Nothing here reads or writes, except `machine.read_machine` and
`writing.write_new_file`, which say so.
"""
