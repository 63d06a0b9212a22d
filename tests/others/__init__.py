"""Other people's clients against `ses-provision local`, each in a folder of its own.

`make clients` runs them: it installs what it can and skips the rest with a reason. What a client
does stands in a script of its own beside this, in that client's language, written as its users
write it; a script ends with status 0 where all it saw was right.
"""
