from __future__ import annotations

from hypothesis import settings

# A busy machine is slow, not wrong: no test is timed.
settings.register_profile("detente", deadline=None)
settings.load_profile("detente")
