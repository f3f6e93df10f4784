"""Records of requests and answers, and what an answer means. Pure: nothing here sends.

`records` are what is kept of a request; `record_builder` makes them, and `exchange_redaction` keeps
names and classes only. `endpoints` and `hosts` know the addresses, `answers` read a body, `meaning`
says what a request was for and what came of it. `request_log` holds records, `request_filter`
searches them, `export` hands them on as HAR or curl. `evidence` is what a judge is given: answers,
refreshes, and what a watched program did.
"""
