"""Plans are values that can be saved."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.base import Soundbank


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(index=st.integers(0, 59))
def test_a_plan_survives_json(bank: Soundbank, index: int) -> None:
    recipe = SingleEvent(1.0, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1}, [0.5, 2.0], 6.0)
    plan = recipe.plan(bank, seed=0, split="train", epoch=0, index=index, clips=60, for_evaluation=False)
    assert MixturePlan.from_json(json.dumps(plan.to_dict())) == plan
