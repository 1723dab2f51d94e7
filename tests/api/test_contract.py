"""The API keeps to its own description, whatever is thrown at it."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from config.wsgi import application
from scheduler.api import api

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"))
SCHEMA.app = application
# Only what is described: other methods and paths are Django's.
SCHEMA.config.phases.coverage.enabled = False
#: cheap enough to run with everything else; the fixtures are the same for every example
FEW = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@SCHEMA.parametrize()
@FEW
def test_it_never_answers_with_what_it_does_not_describe(case: Any, key: str) -> None:
    answer = case.call(headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code < 500
    case.validate_response(answer, checks=[status_code_conformance, response_schema_conformance])
