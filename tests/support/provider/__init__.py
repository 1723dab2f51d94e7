"""A text message provider on loopback that speaks Twilio's Messages API, misbehaves when told to, and keeps
the truth of what it accepted.

In a test, five lines (`provider_process()` in place of `provider()` makes it a process of its own):

    with provider(callbacks_to=live_server.url) as twilio:
        twilio.behave("500-after", to="+447700900123", times=1)   # takes the text, then answers 500
        twilio.behave("deliver")                                  # reports sent, then delivered
        ...                                                       # TWILIO_API_BASE_URL = twilio.url
        assert [message["to"] for message in twilio.accepted] == ["+447700900123"]

By hand, `python -m tests.support.provider --port 0 --plan plan.json` prints its address; it ends with its
parent. Another process reaches it with `remote(url)`. Log in with `ACCOUNT` and `TOKEN`, or with `API_KEY`
and `API_SECRET`. A plan is a JSON list of what `behave` takes, such as
`[{"words": ["drop-after"], "chance": 0.1}, {"words": ["deliver"], "report_delay": 2}]`.

**What it does with a text** is put together from rules; each `behave(*words, **fields)` adds one. Of the
rules that match a request a later one overrules an earlier one, field by field. A rule matches one number
(`to`) or all, so many requests (`times`) or all, a part of them (`chance`), and either creating (the
default) or fetching and listing (`on="read"`). What is left to chance is drawn from the seed, the number
and how many such requests that number has had: other traffic does not change it. `forget()` drops all
rules. The fields are those of `behaviour.Behaviour`, and words are short for them:

- "accept": 201, as Twilio would; "queued" ("accepted" with a messaging service), and nothing further happens
- "slow": takes it at once and answers after `delay` seconds; with `wait` it takes it only after so many
- "never" / "never-before": takes it / does not; no answer, until the client goes
- "500-before" / "500-after": 500 and code 20500, without / after taking it
- "drop-before" / "drop-after": closes the connection before / after taking it
- "half": takes it, and closes the connection in the middle of the answer
- "garbage": takes it and answers something that is no JSON
- "then-close": closes the connection behind the answer
- a number such as 21610: refuses with that code; status 400, 429 for 20429, 401 for 20003, 500, 503
- "deliver": the text is sent, then delivered, each reported to its StatusCallback
- "undelivered:30003": sent, then undelivered with that code; "failed:30007": failed without having been sent
- "reports-late", "reports-twice", "reports-reversed", "reports-early" (before the answer), "reports-never"
- "redacted": fetch and list show an empty body (said `on="read"`: of every text)
- "hidden": neither listed nor reported, but fetched by whoever has its id; `listed_after`: listed only later

**Reports** are posted to the StatusCallback, signed with `TOKEN` over that address as it was given. They
leave only for loopback; `callbacks_to` is the place that stands for the public address. They are never
repeated. `report(sid, status, code)` sends one by hand; `reports` lists all, with what was answered.

**The truth**: `accepted` (or `taken(to=..., since=n)`) lists what it took, in order: sid, to, body, asked
(the form), status_callback, accepted_at (ISO, UTC), monotonic (this machine's clock, the same in every
process), answered, status, error_code, hidden, history (wall time, monotonic time, status, code).
`answered` is "201", a code, "dropped", "half", "garbage", "nothing", "nobody listened" where the client had
gone, or "" so far. `arrivals(since=n)` is number and wall time alone. `answers` has every create request's,
refused ones too. `faults` says which requests
were not what Twilio's description of its API allows: a test that sees one has found a bug. `counts` is
quick.

It knows no time: no validity period ends here, no rate is kept. `DateSent` is refused as a filter of the
list: it misses what has not been sent yet."""

from tests.support.provider.handle import Provider, remote
from tests.support.provider.logins import ACCOUNT, API_KEY, API_SECRET, TOKEN
from tests.support.provider.running import provider, provider_process

__all__ = ["ACCOUNT", "API_KEY", "API_SECRET", "TOKEN", "Provider", "provider", "provider_process", "remote"]
