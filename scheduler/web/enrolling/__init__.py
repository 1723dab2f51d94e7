"""Enrolling a patient: the form with the plan beside it, held enrolments, and what the patient takes home."""
