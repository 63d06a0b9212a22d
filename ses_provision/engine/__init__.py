"""The nouns and the verbs: how an environment becomes what stands in an account.

No AWS service is known here, and nothing is printed. A whole run, in the order of things:

1. `account.right_account` asks STS whose credentials these are; another account ends the run.
2. `planning.looks` goes through the steps, all at once. For each, `needs.learned` looks up what the
   step has to know (the hosted zone, the DKIM tokens); the step then says which resources should be
   there (`model.Step.wanted`), or that it waits or has nothing to do.
3. Each resource reads its live counterpart: it yields questions and returns a `model.Found`, the
   live state in the same type as the wanted one, with what is in the way. `ownership` adds who else
   says that it is theirs.
4. A `model.Change` holds both. Equal is unchanged, nothing there is create, otherwise update; an
   obstacle that is not taken over blocks. This is decided in `Change.action` and nowhere else.
5. `plan.Plan` is the whole as a value: shown, compared, written to a file (`saved_plan`).
6. `applying.apply` goes through the agreed steps again. Each is read once more right before it is
   written, and left alone where it moved. A change gives its calls as values; `calling` sends them,
   together where they may be sent together, again for a while where AWS says "not yet".
7. A refusal that means "it is so already" (a reply was lost, somebody was faster) makes the step be
   read again; what still lacks is written. Steps that have to be proved are read back.
8. `leftovers` are what carries our tags and no setting names any more: shown in the plan, removed
   by a prune.

`teardown` goes the same way backwards: it removes what we made, and keeps, with the reason, what
was there before, what others added to or hang on, and what another environment of the folder wants
(`claims`). `clashes` are what two environments want otherwise. Begin with `model`.
"""
