"""HiGHS, which solves the linear programs of the models."""

from __future__ import annotations

from typing import Any

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.proof.program import Program

with required_by("`label --model split`", extra="labels"):
    import highspy


import os
DEBUG=bool(os.environ.get("HD"))
def to_highs(p):
    h = highspy.Highs(); h.setOptionValue("output_flag", DEBUG)
    lp = highspy.HighsLp()
    inf = highspy.kHighsInf
    lp.num_col_ = len(p.cost); lp.num_row_ = len(p.rows)
    lp.col_cost_ = np.array(p.cost); lp.col_lower_ = np.zeros(len(p.cost)); lp.col_upper_ = np.array(p.upper, float)
    lp.row_lower_ = np.array([-inf if r.low is None else r.low for r in p.rows])
    lp.row_upper_ = np.array([inf if r.high is None else r.high for r in p.rows])
    starts = np.concatenate(([0], np.cumsum([len(r.terms) for r in p.rows])))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = starts.astype(np.int32)
    lp.a_matrix_.index_ = np.array([v for r in p.rows for v, _ in r.terms], np.int32)
    lp.a_matrix_.value_ = np.array([c for r in p.rows for _, c in r.terms])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(p.cost)
    h.passModel(lp)
    return h
