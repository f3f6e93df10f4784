"""The report for a ticket: from what was seen and judged to Markdown, JSON and a picture.

`build` makes one immutable `Report` (`schema`) in which every text is redacted (`redactor`); the
three `formats` only lay it out. Nothing here reads or writes, except `machine.read_machine`,
`run_log.read_requests` and `writing.write_new_file`.
"""
