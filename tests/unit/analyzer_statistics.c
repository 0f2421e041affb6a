/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics against published values, plain counting, and simulation. */
#include "tests/unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/statistics.h"

#define MOST 60

/* A number in (0, 1). */
static double uniform(struct recoat_random *random)
{
	return ((double)recoat_random_below(random, 1u << 30) + 0.5) / (1u << 30);
}

static double normal(struct recoat_random *random)
{
	return sqrt(-2 * log(uniform(random))) * cos(2 * M_PI * uniform(random));
}

static void assert_near(double found, double expected, double reach)
{
	if (!(fabs(found - expected) <= reach))
		fail_msg("found %.12g, expected %.12g +- %g", found, expected, reach);
}

static void test_summarises(void **state)
{
	/* Mean 5, sum of squares 32. */
	const double value[] = {9, 2, 4, 4, 7, 4, 5, 5};
	struct recoat_summary summary = recoat_summarise(value, 8);

	(void)state;
	assert_int_equal(summary.count, 8);
	assert_near(summary.mean, 5, 1e-12);
	assert_near(summary.deviation, sqrt(32.0 / 7), 1e-12);
	assert_near(summary.median, 4.5, 0);
	assert_near(summary.min, 2, 0);
	assert_near(summary.max, 9, 0);
	assert_near(recoat_median(value, 3), 4, 0);
	assert_near(recoat_summarise(value, 1).deviation, 0, 0);
	assert_int_equal(recoat_summarise(value, 0).count, 0);
	assert_near(recoat_median(NULL, 0), 0, 0);
}

/* p of n and m values without ties for which the test's U is `u`. */
static double p_of_u(size_t n, size_t m, size_t u)
{
	double a[MOST], b[MOST];

	/* The last u / m values of a pass all of b, the one before passes the rest. */
	for (size_t i = 0; i < m; i++)
		b[i] = (double)i + 0.5;
	for (size_t i = n; i-- > 0;) {
		size_t passes = u < m ? u : m;

		a[i] = (double)passes + (double)i * 1e-6;
		u -= passes;
	}
	return recoat_mann_whitney(a, n, b, m);
}

/* Largest U that is significant at 5%, two-sided: the tables of the textbooks. */
static void test_agrees_with_tables_of_critical_values(void **state)
{
	static const size_t table[][3] = {
		{4, 4, 0},   {5, 5, 2},    {6, 5, 3},     {7, 7, 8},    {8, 8, 13},
		{10, 5, 8},  {10, 10, 23}, {12, 9, 26},   {15, 15, 64}, {16, 7, 26},
		{20, 4, 14}, {20, 11, 62}, {20, 20, 127},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const size_t *row = table[i];

		if (p_of_u(row[0], row[1], row[2]) > 0.05 ||
		    p_of_u(row[0], row[1], row[2] + 1) <= 0.05)
			fail_msg("n %zu, m %zu: critical U is not %zu", row[0], row[1], row[2]);
	}
}

static void test_knows_exact_probabilities(void **state)
{
	/* Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 69. */
	const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
	const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};

	(void)state;
	assert_near(recoat_mann_whitney(term, 10, early, 5), 0.2544, 0.00005);
	assert_near(p_of_u(4, 4, 0), 2.0 / 70, 1e-12);
	assert_near(p_of_u(5, 5, 2), 8.0 / 252, 1e-12);
	assert_near(p_of_u(3, 3, 0), 0.1, 1e-12);
	assert_near(recoat_mann_whitney(term, 10, term, 0), 1, 0);
}

/* p by dealing out the values in all ways, with midranks counted one by one. */
static double counted_p(const double *all, size_t n, size_t count)
{
	double rank[16], mean = 0, far = 0, whole = 0, seen = 0;

	for (size_t i = 0; i < count; i++) {
		rank[i] = 0.5;
		for (size_t j = 0; j < count; j++)
			rank[i] += all[j] < all[i] ? 1 : all[j] == all[i] ? 0.5 : 0;
		mean += rank[i] * (double)n / (double)count;
		seen += i < n ? rank[i] : 0;
	}
	for (unsigned set = 0; set < 1u << count; set++) {
		double sum = 0;

		if ((size_t)__builtin_popcount(set) != n)
			continue;
		for (size_t i = 0; i < count; i++)
			sum += set >> i & 1 ? rank[i] : 0;
		whole++;
		far += fabs(sum - mean) >= fabs(seen - mean) - 1e-9;
	}
	return far / whole;
}

static void test_ties_are_exact(void **state)
{
	struct recoat_random random = {7};
	double all[12];

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		size_t n = 1 + recoat_random_below(&random, 6);
		size_t m = 1 + recoat_random_below(&random, 6);

		for (size_t i = 0; i < n + m; i++)
			all[i] = (double)recoat_random_below(&random, 4);
		assert_near(recoat_mann_whitney(all, n, all + n, m), counted_p(all, n, n + m),
			    1e-12);
	}
}

/* Equal distributions are told apart as often as p says, with ties and without. */
static void test_large_samples_are_judged_rightly(void **state)
{
	struct recoat_random random = {11};
	double a[30], b[25];

	(void)state;
	for (int steps = 0; steps < 2; steps++) {
		int found = 0;

		for (int trial = 0; trial < 4000; trial++) {
			for (size_t i = 0; i < 30; i++)
				a[i] = steps ? floor(3 * normal(&random)) : normal(&random);
			for (size_t i = 0; i < 25; i++)
				b[i] = steps ? floor(3 * normal(&random)) : normal(&random);
			found += recoat_mann_whitney(a, 30, b, 25) < 0.05;
		}
		assert_in_range(found, 150, 250); /* 200, 14 standard errors of 13.8 a side. */
	}
	/* The normal approximation takes over where the exact count ends. */
	assert_near(p_of_u(21, 20, 130), p_of_u(20, 20, 122), 0.01);
	for (size_t i = 0; i < 25; i++)
		a[i] = b[i] = 1;
	assert_near(recoat_mann_whitney(a, 25, b, 25), 1, 0);
	/* Ranks 10.5 of 20 zeros, 35.5 of 30 ones: 125 off the mean, variance 1913.27. */
	for (size_t i = 0; i < 25; i++) {
		a[i] = i >= 15;
		b[i] = i >= 5;
	}
	assert_near(recoat_mann_whitney(a, 25, b, 25), 0.0044229520, 1e-8);
}

static void test_p_is_symmetric_and_sees_order_only(void **state)
{
	struct recoat_random random = {13};
	double a[30], b[30], x[30], y[30];

	(void)state;
	for (int trial = 0; trial < 200; trial++) {
		size_t n = 1 + recoat_random_below(&random, 30);
		size_t m = 1 + recoat_random_below(&random, 30);

		for (size_t i = 0; i < 30; i++) {
			a[i] = (double)recoat_random_below(&random, 20);
			b[i] = (double)recoat_random_below(&random, 20);
			x[i] = exp(a[i]);
			y[i] = exp(b[i]);
		}
		assert_near(recoat_mann_whitney(a, n, b, m), recoat_mann_whitney(b, m, a, n),
			    1e-12);
		assert_near(recoat_mann_whitney(a, n, b, m), recoat_mann_whitney(x, n, y, m), 0);
	}
}

/* The interval holds the true ratio about as often as it says. */
static void test_the_bootstrap_covers(void **state)
{
	struct recoat_random random = {17};
	double a[25], b[20];
	int covered = 0;

	(void)state;
	for (int trial = 0; trial < 300; trial++) {
		struct recoat_interval between;

		for (size_t i = 0; i < 25; i++)
			a[i] = exp(0.2 * normal(&random));
		for (size_t i = 0; i < 20; i++)
			b[i] = 1.3 * exp(0.3 * normal(&random));
		between = recoat_bootstrap_ratio(a, 25, b, 20);
		covered += between.low <= 1.3 && between.high >= 1.3;
	}
	assert_in_range(covered, 270, 298); /* 285 at 95%. */
}

static void test_the_bootstrap_knows_simple_cases(void **state)
{
	const double two[] = {2, 2, 2, 2}, three[] = {3, 3, 3}, zero[] = {0, 0, 0};
	const double spread[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct recoat_interval between = recoat_bootstrap_ratio(two, 4, three, 3);
	const double skewed[] = {1, 1, 1, 1, 1, 3};
	struct recoat_interval again;

	(void)state;
	assert_near(between.low, 1.5, 0);
	assert_near(between.high, 1.5, 0);
	assert_true(isnan(recoat_bootstrap_ratio(zero, 3, two, 4).low));
	assert_true(isnan(recoat_bootstrap_ratio(two, 0, two, 4).high));
	between = recoat_bootstrap_ratio(two, 4, spread, 10);
	again = recoat_bootstrap_ratio(two, 4, spread, 10);
	assert_near(between.low, again.low, 0);
	assert_near(between.high, again.high, 0);
	/* Of 6 draws 4 or more are 3 in 0.9%, 3 or more in 6.2%: then the median is 2. */
	assert_near(recoat_bootstrap_ratio(skewed, 1, skewed, 6).high, 2, 0);
	/* Order statistics of the median of 10: the 2nd to the 9th value, at 97.9%. */
	assert_true(between.low >= 1 && between.low <= 1.75);
	assert_true(between.high >= 3.75 && between.high <= 4.5);
}

/* Two-sided 95% points, as every table has them. */
static void test_knows_students_t(void **state)
{
	static const struct {
		unsigned freedom;
		double point;
	} table[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},  {5, 2.571},
		     {7, 2.365},  {10, 2.228}, {20, 2.086}, {34, 2.032}, {100, 1.984}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_near(recoat_student(0.95, table[i].freedom), table[i].point, 0.0006);
	assert_near(recoat_student(0.99, 5), 4.032, 0.0006);
}

/* The reference data set "Norris" of the US standards institute, with certified results. */
static void test_agrees_with_certified_regression(void **state)
{
	static const double y[] = {0.1,   338.8, 118.1, 888.0, 9.2,   228.1, 668.5, 998.5, 449.1,
				   778.9, 559.2, 0.3,   0.1,   778.1, 668.8, 339.3, 448.9, 10.8,
				   557.7, 228.3, 998.0, 888.8, 119.6, 0.3,   0.6,   557.6, 339.3,
				   888.0, 998.5, 778.9, 10.2,  117.6, 228.9, 668.4, 449.2, 0.2};
	static const double x[] = {0.2,   337.4, 118.2, 884.6, 10.1,  226.5, 666.3, 996.3, 448.6,
				   777.0, 558.2, 0.4,   0.6,   775.5, 666.9, 338.0, 447.5, 11.6,
				   556.0, 228.1, 995.8, 887.6, 120.2, 0.3,   0.3,   556.8, 339.1,
				   887.2, 999.0, 779.0, 11.1,  118.3, 229.2, 669.1, 448.9, 0.5};
	struct recoat_line line = recoat_fit_line(x, y, 36);

	(void)state;
	assert_int_equal(line.count, 36);
	assert_near(line.slope, 1.00211681802045, 1e-11);
	assert_near(line.intercept, -0.262323073774029, 1e-9);
	assert_near((line.high - line.low) / 2, 0.429796848199937e-3 * recoat_student(0.95, 34),
		    1e-11);
}

static void test_lines_need_two_places(void **state)
{
	const double x[] = {1, 1, 3}, y[] = {2, 4, 6};
	struct recoat_line line = recoat_fit_line(x + 1, y + 1, 2);

	(void)state;
	assert_int_equal(recoat_fit_line(x, y, 1).count, 0);
	assert_int_equal(recoat_fit_line(x, y, 2).count, 0);
	assert_near(line.slope, 1, 1e-12);
	assert_true(isinf(line.low) && isinf(line.high));
}

/* The slope's interval holds the true slope about as often as it says. */
static void test_the_slope_is_covered(void **state)
{
	struct recoat_random random = {19};
	double x[6], y[6];
	int covered = 0;

	(void)state;
	for (int trial = 0; trial < 4000; trial++) {
		struct recoat_line line;

		for (size_t i = 0; i < 6; i++) {
			x[i] = (double)i;
			y[i] = 1.5 * x[i] + 2 + 0.3 * normal(&random);
		}
		line = recoat_fit_line(x, y, 6);
		covered += line.low <= 1.5 && line.high >= 1.5;
	}
	assert_in_range(covered, 3740, 3860); /* 3800 at 95%. */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summarises),
		cmocka_unit_test(test_agrees_with_tables_of_critical_values),
		cmocka_unit_test(test_knows_exact_probabilities),
		cmocka_unit_test(test_ties_are_exact),
		cmocka_unit_test(test_large_samples_are_judged_rightly),
		cmocka_unit_test(test_p_is_symmetric_and_sees_order_only),
		cmocka_unit_test(test_the_bootstrap_covers),
		cmocka_unit_test(test_the_bootstrap_knows_simple_cases),
		cmocka_unit_test(test_knows_students_t),
		cmocka_unit_test(test_agrees_with_certified_regression),
		cmocka_unit_test(test_lines_need_two_places),
		cmocka_unit_test(test_the_slope_is_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
