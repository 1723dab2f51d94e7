"""What people do to plans: the kinds of their events, in words."""

DONE = {
    "treatment-changed": "changed the treatment",
    "reminder-moved": "moved a message",
    "reminder-sent-now": "sent a message at once",
    "reminder-skipped": "took a message out",
    "plan-paused": "paused the plan",
    "plan-resumed": "resumed the plan",
    "plan-cancelled": "cancelled the plan",
    "address-changed": "changed how the patient is reached",
    "treatment-added": "enrolled another treatment",
}
#: what another person's look at everybody's plans must know of: not addresses, and not new enrolments
DECIDED = tuple(kind for kind in DONE if kind not in ("address-changed", "treatment-added"))
