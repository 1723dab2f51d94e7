"""What becomes of hundreds of reminders while everything goes wrong at once.

Three workers, the pages that hear the provider's reports, a text message provider, a mail server and the
database, each as a process of its own. Workers are killed at random and at chosen points of their work, are
told to stop, or stand still for longer than their lease; the provider and the mail server misbehave; the
database goes away; people opt out and change plans. Then all faults end, and after a while the provider's
own truth is held against what may be, and our tables against it.

`python -m tests.chaos --rounds 5 --seed 7 --engine postgres` runs it by hand (`make chaos ROUNDS=5`); a round
that fails says its seed, and with it `--seed` repeats the same plan. What the processes make of a plan
differs from run to run, as the machine does.
"""
