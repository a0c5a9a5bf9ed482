"""The upper tail that burst detection needs, as a power of ten.

In log space, so that nothing over- or underflows: counts up to a million are fine.  Standard library only.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p

_LN10 = log(10.0)
_TINY = 1e-300


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
    """Logarithm of I_p(a, b), where p = exp(log_p) and 1 - p = exp(log_q)."""
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
