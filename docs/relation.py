"""The cells of the notebook `relation.ipynb`; `python docs/notebook.py LEDGER` runs them."""
# ruff: noqa: B018

# %% [markdown]
# # Japan and South Korea, 2018 to 2024
#
# From the demonstration corpus to the level of a relation, its turns, and a small regression. The corpus is 68 reports
# by fictional outlets on true events; `detente code demo/articles --ledger demo.detente` read them. With so few
# reports the figures show how the steps go, not what happened between the two.

# %%
import altair as alt
import pandas as pd
import statsmodels.api as sm

import detente
from detente.relations import relation

alt.renderers.enable("svg")  # pictures that need no network

with detente.open_ledger("demo.detente", read_only=True) as ledger:
    how = relation(ledger, "JPN", "KOR", step="quarter")
how.series.events, how.series.quads

# %% [markdown]
# ## The level
#
# Each quarter's acts have a mean score from -10 (conflict) to +10 (cooperation). The level is what lies behind these
# means; its band is wide where little is known.

# %%
levels = pd.DataFrame(
    {
        "quarter": period.start,
        "acts": period.events,
        "mean": period.mean,
        "level": level.level,
        "low": level.low95,
        "high": level.high95,
        "articles": period.articles,
    }
    for period, level in zip(how.series.periods, how.levels, strict=True)
)
levels["quarter"] = pd.to_datetime(levels["quarter"])
recent = levels[levels["quarter"] >= "2018-10-01"].reset_index(drop=True)
recent.set_index("quarter").round(1).tail(8)

# %%
base = alt.Chart(recent).encode(alt.X("quarter:T", title=None))
band = base.mark_area(opacity=0.2).encode(alt.Y("low:Q", title="level, with its 95 % band"), alt.Y2("high:Q"))
means = base.mark_circle(color="#b0661e").encode(alt.Y("mean:Q"), alt.Size("acts:Q", title="acts"))
(band + base.mark_line().encode(alt.Y("level:Q")) + means).properties(width=560, height=240)

# %% [markdown]
# ## Turns, and what drove them

# %%
rows = []
with detente.open_ledger("demo.detente", read_only=True) as ledger:
    for turn in relation(ledger, "JPN", "KOR", step="month").turns:
        for driver in turn.drivers[:2]:
            event = ledger.event(driver.id)
            rows.append((turn.point.start, turn.point.direction, event.event, event.sentence.text[:60]))
pd.DataFrame(rows, columns=["turn", "direction", "act", "its sentence"])

# %% [markdown]
# ## A regression
#
# Do quarters with more cooperation follow quarters with more? A regression of the mean score on that of the quarter
# before, with standard errors that allow for autocorrelation (Newey and West, two lags). `articles` is how much was
# read of either state: without it, a change in coverage would pass for one in the relation.

# %%
data = recent.assign(before=recent["mean"].shift(1)).dropna(subset=["mean", "before"])
fit = sm.OLS(data["mean"], sm.add_constant(data[["before", "articles"]])).fit(
    cov_type="HAC", cov_kwds={"maxlags": 2}, use_t=True
)
pd.DataFrame({"coefficient": fit.params, "low": fit.conf_int()[0], "high": fit.conf_int()[1]}).round(2)

# %%
f"{int(fit.nobs)} quarters, R² {fit.rsquared:.2f}"

# %% [markdown]
# So few quarters of a demonstration corpus settle nothing. With your own articles only the path in `open_ledger`
# changes.
