// <cmath>, <cstdlib>, <limits>: exact results in the type of the overload.
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <math.h>
#include <string>

long case_abs_int() { return std::abs(-3) * 10 + abs(-4); }
long case_abs_long() { return std::abs(-3000000000L); }
long case_abs_double() { return std::abs(-2.5) * 2; }
long case_fabs() { return fabs(-2.5) * 2 + std::fabs(-1.5f) * 2; }
long case_ceil() { return std::ceil(2.1) * 10 + ceil(-2.1); }
long case_ceil_int() { return std::ceil(7 / 2.0) * 10 + std::ceil(7 / 2); }
long case_floor() { return std::floor(2.9) * 10 + floor(-2.1); }
long case_round() { return std::round(2.5) * 100 + std::round(-2.5) * 10 + round(0.4); }
long case_lround() { return std::lround(2.5) + lround(-3.5); }
long case_trunc() { return std::trunc(-2.7); }
long case_pow() { return std::pow(2, 10) + pow(3.0, 2); }
long case_pow_half() { return std::pow(16, 0.5) * 10 + std::pow(2.0f, 3); }
long case_sqrt() { return std::sqrt(64) * 10 + sqrt(2.25) * 2; }
long case_sqrt_float() { return std::sqrt(2.0f) == 1.41421356f; }
long case_sqrtf() { return sqrtf(16.0f); }
long case_cbrt() { return std::cbrt(27.0); }
long case_exp() { return std::exp(0) * 10 + std::exp(1.0); }
long case_log() { return std::log(1.0) * 10 + std::log(std::exp(3.0)); }
long case_log2() { return std::log2(1024) * 10 + log2(8.0); }
long case_log10() { return std::log10(1000.0); }
long case_fmod() { return std::fmod(7.5, 2) * 2; }
long case_hypot() { return std::hypot(3.0, 4.0); }
long case_sin() { return std::sin(0.0) + std::cos(0.0) * 10 + std::tan(0.0); }
long case_atan() { return std::atan2(1.0, 1.0) * 4000; }
long case_tanh() { return std::tanh(0.5) * 100000; }
long case_erf() { return std::erf(0.5) * 100000; }
long case_isnan() { return std::isnan(NAN) * 10 + std::isnan(1.0); }
long case_isinf() { return std::isinf(INFINITY) * 100 + std::isfinite(1.0) * 10 + std::isinf(1.0f); }
long case_float_division() { float f = 1.0f / 3; return f == std::floor(f * 3) / 3; }
long case_ceil_float() { return std::ceil(2.0000001f); }
long case_ceil_division() { int n = 10, m = 4; return std::ceil(static_cast<float>(n) / m); }
long case_max_int() { return std::numeric_limits<int>::max(); }
long case_min_int() { return std::numeric_limits<int>::min(); }
long case_lowest() { return std::numeric_limits<double>::lowest() < -1e300; }
long case_max_long() { return std::numeric_limits<int64_t>::max(); }
long case_max_size() { return std::numeric_limits<size_t>::max() == static_cast<size_t>(-1); }
long case_max_float() { return std::numeric_limits<float>::max() > 3e38f; }
long case_epsilon() { return std::numeric_limits<float>::epsilon() * 8388608 * 10 + (std::numeric_limits<double>::epsilon() < 1e-15); }
long case_infinity() { return std::isinf(std::numeric_limits<double>::infinity()) + (-std::numeric_limits<float>::infinity() < 0) * 10; }
long case_int_max() { return INT_MAX; }
long case_fmax() { return std::fmax(1.0, 2.0) * 10 + fmin(1.0, 2.0); }
long case_copysign() { return std::copysign(3.0, -1.0); }
long case_div() { return std::div(17, 5).quot * 10 + std::div(17, 5).rem; }
long case_llround() { return std::llround(1e10); }
long case_nearbyint() { return std::nearbyint(2.5) * 10 + std::rint(3.5); }
long case_remainder() { return std::remainder(7.0, 4.0); }
long case_mod_width() { uint8_t x = 250; x += 10; return x; }
long case_exp2() { return std::exp2(5.0) * 10 + std::expm1(0.0) + std::log1p(0.0); }
long case_sqrt_dim() { long d = 64; return 1.0 / std::sqrt(d) * 1000; }
long case_signbit() { return std::signbit(-1.0) * 10 + std::signbit(1.0); }
