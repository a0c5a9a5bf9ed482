"""Upper tails of the two distributions that burst detection needs, as powers of ten.

In log space, so that nothing over- or underflows: counts up to a million are fine.  Standard library only.
"""

from __future__ import annotations

from math import exp, floor, inf, lgamma, log, log1p

_LN10 = log(10.0)
_TINY = 1e-300
#: A beta-binomial of more trials is judged as one of so many, with the same mean and variance.
_MOST_TRIALS = 2000


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _fraction(a: float, b: float, p: float) -> float:
    """Continued fraction of the incomplete beta function by Lentz's method (Numerical Recipes 6.4)."""
    c, d = 1.0, 1.0 - (a + b) * p / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    result = d
    # Needs about sqrt(max(a, b)) rounds at the worst, far fewer out in a tail.
    for m in range(1, 20_000):
        for term in (
            m * (b - m) * p / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + term / c
            c = c if abs(c) > _TINY else _TINY
            result *= c * d
        if abs(c * d - 1.0) < 1e-13:
            break
    return result


def _log_incomplete_beta(a: float, b: float, log_p: float, log_q: float) -> float:
    """ln I_p(a, b), where p = exp(log_p) and 1 - p = exp(log_q)."""
    front = a * log_p + b * log_q - _log_beta(a, b)
    p = exp(log_p)
    if p < (a + 1.0) / (a + b + 2.0):
        return min(0.0, front + log(max(_TINY, _fraction(a, b, p))) - log(a))
    other = exp(min(0.0, front - log(b))) * _fraction(b, a, exp(log_q))
    return log1p(-min(other, 1.0 - 1e-16))


def negative_binomial(x: int, mean: float, size: float) -> float:
    """-log10 P(X >= x) for a negative binomial of this mean and size (variance: mean + mean**2 / size)."""
    if x <= 0:
        return 0.0
    if mean <= 0:
        return inf
    # P(X >= x) = I_p(x, size) with p = mean / (mean + size)
    log_p, log_q = -log1p(size / mean), -log1p(mean / size)
    return max(0.0, -_log_incomplete_beta(float(x), size, log_p, log_q) / _LN10)


def beta_binomial(x: int, trials: int, a: float, b: float) -> float:
    """-log10 P(X >= x) for a beta-binomial of `trials` trials with the prior Beta(a, b).

    Over 2,000 trials it is that of 2,000 with the same mean and variance of the share: the sum would cost a term per trial.
    """
    if x <= 0:
        return 0.0
    if x > trials:
        return inf
    if trials > _MOST_TRIALS:
        x, trials, a, b = _fewer(x, trials, a, b)
    log_term = (
        lgamma(trials + 1.0) - lgamma(x + 1.0) - lgamma(trials - x + 1.0)
        + _log_beta(x + a, trials - x + b) - _log_beta(a, b)
    )  # fmt: skip
    total = term = 1.0
    for k in range(x, trials):
        term *= (trials - k) * (k + a) / ((k + 1.0) * (trials - k - 1.0 + b))
        total += term
        if term > 1e200:
            log_term, total, term = log_term + log(term), total / term, 1.0
        elif term < 1e-17 * total:
            break
    return max(0.0, -(log_term + log(total)) / _LN10)


def _fewer(x: int, trials: int, a: float, b: float) -> tuple[int, int, float, float]:
    known = a + b
    # Variance of the share over p(1-p) is (known + n) / (n (known + 1)); solved for `known` at the smaller n.
    spread = (known + trials) / (trials * (known + 1.0))
    fewer = _MOST_TRIALS
    wanted = (1.0 - spread) / max(spread - 1.0 / fewer, 1e-9)
    share = a / known
    return max(1, floor(x * fewer / trials)), fewer, share * wanted, (1.0 - share) * wanted
