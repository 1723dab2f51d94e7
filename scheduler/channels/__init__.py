"""The ways out: SMS through Twilio, email, and the outbox that keeps everything on this machine."""
