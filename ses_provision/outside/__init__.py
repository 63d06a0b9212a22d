"""The only modules that touch anything: AWS (`aws`), name servers (`dns`), whoever else keeps a
zone (`providers`), time (`wait`).

`reading` has the questions and calls as values, `refusals` puts what AWS says when it says no into
an operator's words. Everything above works with values and gets the outside handed in.
"""
