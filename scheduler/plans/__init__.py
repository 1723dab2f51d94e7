"""Plans that change: a patient's treatments planned anew, and what a person may change in them."""

from scheduler.plans.courses import course_of_episode, treatment_of
from scheduler.plans.renewal import renew

__all__ = ["course_of_episode", "renew", "treatment_of"]
