"""Has pytest explain the assertions that several modules share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("every_audit")
