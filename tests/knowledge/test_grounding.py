"""Where the plans are at hand: every fact of the register stands in its plan, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.schema import PlanFact
from knowledge.sources import read_facts

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
PLANS = {"fuchu": "000_*", "kadoma": "001_*", "musashino": "002_*", "oyama": "003_*", "kokubunji": "004_*"}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the plans' texts are not beside this checkout")
@pytest.mark.parametrize("city", PLANS)
def test_key_terms_stand_in_the_plan(city: str) -> None:
    (file,) = SEEDS.glob(PLANS[city])
    text = "".join(file.read_text(encoding="utf-8").split())
    facts = [f for f in read_facts()[0].values() if isinstance(f, PlanFact) and f.pack == city]
    assert len(facts) > 40
    missing = [(f.id, term) for f in facts for term in f.terms if "".join(term.split()) not in text]
    assert missing == []
