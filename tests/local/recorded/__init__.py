"""Answers of the real AWS that are public, as tables: request, answer, source.

One module a service, with `ROWS`; `table` holds the words they are written in, `test_recorded`
asks the local AWS each of them. A row is written anew from the recorded fact: names and numbers
are ours, the shape and the words of the answer are those of AWS.
"""
