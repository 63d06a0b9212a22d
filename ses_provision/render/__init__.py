"""Value in, text out: for terminals, JSON, Markdown and HTML.

A renderer takes what the layers below returned and gives back what is to be printed; it prints
nothing and asks nobody. `message` is where foreign text becomes safe to print, `document` has the
JSON documents, whose names are stable. Begin with `plan`.
"""
