"""Statistics of ranks, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.ranks import auc, interval, midranks, spearman


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert midranks([5, 5, 5]).tolist() == [2, 2, 2]
    assert midranks([0.5, -1, 7, -1]).tolist() == [3, 1.5, 4, 1.5]


def test_spearman_without_ties_is_the_formula_of_squared_differences() -> None:
    # the ranks differ by 0, 1, 1, 1, 1
    assert spearman([1, 2, 3, 4, 5], [1, 3, 2, 6, 4]) == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert spearman([1, 2, 3], [9, 4, 1]) == pytest.approx(-1)


def test_spearman_with_ties_is_pearson_of_midranks() -> None:
    # ranks 1.5 1.5 3 and 1 2 3: centred -.5 -.5 1 and -1 0 1, so 1.5 / sqrt(1.5 * 2)
    assert spearman([0, 0, 1], [1, 2, 3]) == pytest.approx(1.5 / math.sqrt(3))


def test_spearman_of_a_constant_is_not_known() -> None:
    assert math.isnan(spearman([1, 1, 1], [1, 2, 3]))


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # positives 3, 1; negatives 2, 1: 3>2, 3>1, 1<2, 1=1
    assert auc([3, 1, 2, 1], [True, True, False, False]) == pytest.approx(2.5 / 4)
    assert auc([1, 1, 1], [True, False, False]) == 0.5


def test_auc_without_one_of_the_classes_is_not_known() -> None:
    assert math.isnan(auc([1, 2], [True, True]))


def test_an_interval_redraws_whole_groups() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    by_row = interval(lambda rows: float(values[rows].mean()), np.arange(100))
    by_group = interval(lambda rows: float(values[rows].mean()), values)
    assert by_group == (0.0, 1.0)  # two groups: both drawn alike in half of the draws
    assert 0.3 < by_row[0] < 0.5 < by_row[1] < 0.7
