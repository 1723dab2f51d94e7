"""A clinic's editions of the protocols: what there is, what holds, the draft of the next, publishing it."""

from scheduler.editions.checking import Checked, check
from scheduler.editions.comparing import Comparison, compare
from scheduler.editions.current import (
    Missing,
    current_edition,
    edition_at_hand,
    find_edition,
    history,
    missing,
    missing_under,
    protocol_of,
    where_to_set,
)
from scheduler.editions.drafts import (
    Renewed,
    as_if,
    change_draft,
    discard_draft,
    file_changes,
    file_of,
    find_draft,
    get_draft,
    renew_draft,
    start_draft,
)
from scheduler.editions.elsewhere import Copied, carried, copy, restore
from scheduler.editions.files import (
    SCHEDULES,
    BrokenProtocols,
    UnknownProtocol,
    available_protocols,
    find_protocol,
)
from scheduler.editions.past import Deed, conflicts_of, deeds, settings_at
from scheduler.editions.publishing import publish, publish_draft, refuse_unready
from scheduler.editions.refused import Refused, Stale

__all__ = [
    "SCHEDULES",
    "BrokenProtocols",
    "Checked",
    "Comparison",
    "Copied",
    "Deed",
    "Missing",
    "Refused",
    "Renewed",
    "Stale",
    "UnknownProtocol",
    "as_if",
    "available_protocols",
    "carried",
    "change_draft",
    "check",
    "compare",
    "conflicts_of",
    "copy",
    "current_edition",
    "deeds",
    "discard_draft",
    "edition_at_hand",
    "file_changes",
    "file_of",
    "find_draft",
    "find_edition",
    "find_protocol",
    "get_draft",
    "history",
    "missing",
    "missing_under",
    "protocol_of",
    "publish",
    "publish_draft",
    "refuse_unready",
    "renew_draft",
    "restore",
    "settings_at",
    "start_draft",
    "where_to_set",
]
