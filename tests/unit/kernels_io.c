/* SPDX-License-Identifier: Apache-2.0 */
/* Files of points and grids: what is read, what is written, and what is refused. */
#include "tests/unit/kernels_testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/kernels_io.XXXXXX";
static char path[128];

static void remove_files(void)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	char name[384];

	while (stream && (entry = readdir(stream))) {
		snprintf(name, sizeof(name), "%s/%s", directory, entry->d_name);
		unlink(name);
	}
	if (stream)
		closedir(stream);
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	remove_files();
	return rmdir(directory);
}

static int forget_files(void **state)
{
	(void)state;
	remove_files();
	return 0;
}

static const char *name_file(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void put(const void *bytes, size_t length)
{
	FILE *file = fopen(name_file("in"), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static int files(void)
{
	DIR *stream = opendir(directory);
	int count = 0;

	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream));)
		count += entry->d_name[0] != '.';
	closedir(stream);
	return count;
}

/* Version 1, or with 4 bytes of length version 2; then `length` bytes of data. */
static void put_npy(int version, const char *header, const void *data, size_t length)
{
	unsigned char bytes[1024] = "\x93NUMPY";
	size_t size = strlen(header), at = version == 1 ? 10 : 12;

	bytes[6] = (unsigned char)version;
	bytes[8] = (unsigned char)(size & 0xff);
	bytes[9] = (unsigned char)(size >> 8);
	memcpy(bytes + at, header, size);
	if (length)
		memcpy(bytes + at + size, data, length);
	put(bytes, at + size + length);
}

static void expect_points(const float *rows, uint64_t count)
{
	struct amqadf_points points;
	struct amqadf_error error;

	if (amqadf_read_points(path, &points, &error))
		fail_msg("line %d: %s", (int)error.line, error.message);
	assert_int_equal(points.count, count);
	for (uint64_t p = 0; p < count; p++) {
		expect_values(points.xyz + 3 * p, rows + 4 * p, 3);
		expect_values(points.values + p, rows + 4 * p + 3, 1);
	}
	amqadf_points_free(&points);
	assert_null(points.xyz);
}

static void expect_refusal(uint64_t line, const char *words)
{
	struct amqadf_points points = {.count = 77};
	struct amqadf_error error = {0};

	assert_int_equal(amqadf_read_points(path, &points, &error), -EINVAL);
	assert_int_equal(error.line, line);
	if (!strstr(error.message, words))
		fail_msg("found message '%s', expected '%s' in it", error.message, words);
	assert_int_equal(points.count, 77);
	assert_int_equal(amqadf_read_points(path, &points, NULL), -EINVAL);
}

#define PUT(text) put(text, sizeof(text) - 1)

static void csv_with_names(void **state)
{
	(void)state;
	PUT("x,y,z,value\n1,2,3,4\n-5e-1,.5,+6,7\n");
	expect_points((float[]){1, 2, 3, 4, -0.5f, 0.5f, 6, 7}, 2);
}

static void csv_without_names_or_last_line_feed(void **state)
{
	(void)state;
	PUT("1,2,3,4\n5,6,7,8");
	expect_points((float[]){1, 2, 3, 4, 5, 6, 7, 8}, 2);
}

static void csv_with_blanks_and_carriage_returns(void **state)
{
	(void)state;
	PUT("\xef\xbb\xbfX, Y, Z, temperature\r\n\r\n 1 ,\t2, 3 ,4 \r\n   \n5,6,7,8\r\n");
	expect_points((float[]){1, 2, 3, 4, 5, 6, 7, 8}, 2);
}

static void csv_without_points(void **state)
{
	(void)state;
	PUT("");
	expect_points(NULL, 0);
	PUT("x,y,z,value\n");
	expect_points(NULL, 0);
}

static void csv_longer_than_the_first_buffers(void **state)
{
	FILE *file = fopen(name_file("in"), "w");
	struct amqadf_points points;

	(void)state;
	assert_non_null(file);
	for (int n = 0; n < 20000; n++)
		fprintf(file, "%d,0,0,%d\n", n, -n);
	fclose(file);
	assert_int_equal(amqadf_read_points(path, &points, NULL), 0);
	assert_int_equal(points.count, 20000);
	expect_values(&points.xyz[3 * 19999], (float[]){19999}, 1);
	expect_values(&points.values[12345], (float[]){-12345}, 1);
	amqadf_points_free(&points);
}

static void csv_with_a_bad_number_is_refused_by_line(void **state)
{
	(void)state;
	PUT("x,y,z,value\n1,2,3,4\n1,2,oops,4\n");
	expect_refusal(3, "found 'oops' in column 3, expected a finite number (z)");
	PUT("1,2,3,4\n\n1,2,3,4x\n");
	expect_refusal(3, "found '4x' in column 4");
	PUT("1,2,3,4\n1,,3,4\n");
	expect_refusal(2, "found '' in column 2");
	PUT("1,b,3,4\n"); /* Some field is a number, so these are no names. */
	expect_refusal(1, "found 'b'");
	PUT("x,y,z,value\nx,y,z,value\n");
	expect_refusal(2, "found 'x'");
}

static void csv_with_numbers_that_are_not_finite_is_refused(void **state)
{
	(void)state;
	PUT("1,2,3,nan\n");
	expect_refusal(1, "found 'nan' in column 4");
	PUT("1,2,3,4\n1,1e39,3,4\n");
	expect_refusal(2, "found '1e39' in column 2");
}

static void csv_with_other_columns_is_refused(void **state)
{
	(void)state;
	PUT("1,2,3\n");
	expect_refusal(1, "fewer than 4");
	PUT("1,2,3,4\n1,2,3,4,5\n");
	expect_refusal(2, "more than 4");
	PUT("1;2;3;4\n1,2,3,4\n5 6 7 8\n");
	expect_refusal(3, "found '5 6 7 8'");
}

static void csv_with_a_nul_byte_is_refused(void **state)
{
	(void)state;
	PUT("1,2,3,4\n1,2\0,3,4\n");
	expect_refusal(2, "NUL");
}

#define HEADER_POINTS "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }\n"
static const float rows[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const double wide_rows[] = {1, 2, 3, 4, 5, 6, 7, 8};

static void npy_of_float32(void **state)
{
	(void)state;
	put_npy(1, HEADER_POINTS, rows, sizeof(rows));
	expect_points(rows, 2);
}

static void npy_of_float64_and_other_key_order(void **state)
{
	(void)state;
	put_npy(2, "{'shape': (2,4), 'fortran_order': False, 'descr': '<f8'}   \n", wide_rows,
		sizeof(wide_rows));
	expect_points(rows, 2);
	put_npy(3, "{'shape': (2,4), 'fortran_order': False, 'descr': '<f8'}   \n", wide_rows,
		sizeof(wide_rows));
	expect_points(rows, 2);
}

static void npy_of_no_points(void **state)
{
	(void)state;
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }\n", NULL, 0);
	expect_points(NULL, 0);
}

static void npy_truncated_anywhere_is_refused(void **state)
{
	char bytes[512];
	size_t length;
	FILE *file;

	(void)state;
	put_npy(1, HEADER_POINTS, rows, sizeof(rows));
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	for (size_t kept = 6; kept < length; kept++) {
		put(bytes, kept);
		expect_refusal(0, "found");
	}
	put(bytes, length - 1);
	expect_refusal(0, "found 31 bytes of data, expected 8 elements of 4");
}

static void npy_with_bytes_behind_is_refused(void **state)
{
	float more[9] = {0};

	(void)state;
	put_npy(1, HEADER_POINTS, more, sizeof(more));
	expect_refusal(0, "found 36 bytes of data, expected 8 elements of 4");
}

static void npy_of_another_shape_is_refused(void **state)
{
	(void)state;
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }\n", rows, 32);
	expect_refusal(0, "expected shape (N, 4)");
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (8,), }\n", rows, 32);
	expect_refusal(0, "expected shape (N, 4)");
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", rows, 4);
	expect_refusal(0, "expected shape (N, 4)");
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,2,4), }\n", rows, 32);
	expect_refusal(0, "found shape");
}

static void npy_of_an_impossible_shape_is_refused(void **state)
{
	(void)state;
	put_npy(1, "{'descr':'<f4','fortran_order':False,'shape':(4611686018427387904,4)}\n", NULL,
		0);
	expect_refusal(0, "found shape");
	put_npy(1, "{'descr':'<f4','fortran_order':False,'shape':(99999999999999999999,4)}\n", NULL,
		0);
	expect_refusal(0, "found shape");
	put_npy(1, "{'descr':'<f4','fortran_order':False,'shape':(2,4\n", rows, 32);
	expect_refusal(0, "found shape");
}

static void npy_of_another_type_or_order_is_refused(void **state)
{
	(void)state;
	put_npy(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 4), }\n", rows, 32);
	expect_refusal(0, "found elements of type '<i4'");
	put_npy(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 4), }\n", rows, 32);
	expect_refusal(0, "'>f4'");
	put_npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4), }\n", rows, 32);
	expect_refusal(0, "Fortran");
	put_npy(1, "{'fortran_order': False, 'shape': (2, 4), }\n", rows, 32);
	expect_refusal(0, "'descr'");
	put_npy(9, HEADER_POINTS, rows, 32);
	expect_refusal(0, "version 9");
}

static void npy_with_numbers_that_are_not_finite_is_refused(void **state)
{
	const float odd[] = {1, 2, 3, 4, 5, NAN, 7, 8};

	(void)state;
	put_npy(1, HEADER_POINTS, odd, sizeof(odd));
	expect_refusal(0, "row 1");
}

static void a_missing_file_is_reported_by_the_system(void **state)
{
	struct amqadf_points points;
	struct amqadf_grid grid;
	struct amqadf_error error;

	(void)state;
	assert_int_equal(amqadf_read_points(name_file("none"), &points, &error), -ENOENT);
	assert_non_null(strstr(error.message, "No such file"));
	assert_int_equal(amqadf_read_grid(path, &grid, &error), -ENOENT);
	assert_int_equal(amqadf_read_points(directory, &points, &error), -EISDIR);
	assert_int_equal(amqadf_read_points(NULL, &points, &error), -EINVAL);
}

static void points_survive_writing_and_reading(void **state)
{
	static const char *const names[] = {"points.csv", "points.npy"};
	const float xyz[] = {0.1f, -1e-20f, 3e20f, 1.0f / 3.0f, 0, 7}, signal[] = {0.7f, -2};
	const struct amqadf_points points = POINTS(2, xyz, signal);

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		assert_int_equal(amqadf_write_points(name_file(names[n]), &points, NULL), 0);
		expect_points((float[]){0.1f, -1e-20f, 3e20f, 0.7f, 1.0f / 3.0f, 0, 7, -2}, 2);
	}
}

static void grids_survive_writing_and_reading(void **state)
{
	float values[] = {1, NAN, 3, -4, 0.1f, 6};
	const struct amqadf_grid grid = GRID(1, 2, 3, values);
	struct amqadf_grid read;

	(void)state;
	assert_int_equal(amqadf_write_grid(name_file("grid.npy"), &grid, NULL), 0);
	assert_int_equal(amqadf_read_grid(path, &read, NULL), 0);
	assert_int_equal(read.nx, 1);
	assert_int_equal(read.ny, 2);
	assert_int_equal(read.nz, 3);
	expect_near(read.voxel_size, 1.0, 0.0);
	expect_values(read.values, values, 6);
	amqadf_grid_free(&read);
}

static void a_written_grid_is_aligned_as_numpy_wants(void **state)
{
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);
	struct stat about;

	(void)state;
	assert_int_equal(amqadf_write_grid(name_file("grid.npy"), &grid, NULL), 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_size % 64, 4);
}

static void grids_of_another_shape_are_refused(void **state)
{
	struct amqadf_grid grid;
	struct amqadf_error error;

	(void)state;
	put_npy(1, HEADER_POINTS, rows, sizeof(rows));
	assert_int_equal(amqadf_read_grid(path, &grid, &error), -EINVAL);
	assert_non_null(strstr(error.message, "expected shape (nx, ny, nz)"));
	put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0, 4), }\n", NULL, 0);
	assert_int_equal(amqadf_read_grid(path, &grid, &error), -EINVAL);
	assert_non_null(strstr(error.message, "empty"));
	PUT("1,2,3,4\n");
	assert_int_equal(amqadf_read_grid(path, &grid, &error), -EINVAL);
	assert_non_null(strstr(error.message, ".npy"));
}

static void writing_leaves_no_temporary_file(void **state)
{
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_write_grid(name_file("grid.npy"), &grid, NULL), 0);
	assert_int_equal(amqadf_write_grid(name_file("grid.npy"), &grid, NULL), 0);
	assert_int_equal(files(), 1);
}

static void writing_through_a_link_keeps_the_link(void **state)
{
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);
	struct stat about;
	char target[160];

	(void)state;
	PUT("old");
	snprintf(target, sizeof(target), "%s", path);
	assert_int_equal(symlink(target, name_file("link.npy")), 0);
	assert_int_equal(amqadf_write_grid(path, &grid, NULL), 0);
	assert_int_equal(lstat(path, &about), 0);
	assert_true(S_ISLNK(about.st_mode));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_size, 132);
}

/* A pipe of our own stands for devices: were it replaced, a real one would be lost to all. */
static void writing_to_a_pipe_keeps_the_pipe(void **state)
{
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);
	struct stat about;
	char bytes[256];
	int fd;

	(void)state;
	assert_int_equal(mkfifo(name_file("pipe"), 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(amqadf_write_grid(path, &grid, NULL), 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 132);
	assert_memory_equal(bytes, "\x93NUMPY", 6);
	close(fd);
	assert_int_equal(lstat(path, &about), 0);
	assert_true(S_ISFIFO(about.st_mode));
	assert_int_equal(files(), 1);
}

/* As on a full disk, the end of a file cannot be written. */
static void a_failed_write_is_reported_and_leaves_the_old_file(void **state)
{
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);
	struct amqadf_error error;
	struct rlimit before, small;
	int status;

	(void)state;
	PUT("1,2,3,4\n");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 64;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	status = amqadf_write_grid(path, &grid, &error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(status, -EFBIG);
	assert_non_null(strstr(error.message, "File too large"));
	assert_int_equal(files(), 1);
	expect_points((float[]){1, 2, 3, 4}, 1);
}

static void what_cannot_be_written_leaves_the_old_file(void **state)
{
	const struct amqadf_grid empty = {0};
	float values[] = {1};
	const struct amqadf_grid grid = GRID(1, 1, 1, values);
	struct amqadf_error error;

	(void)state;
	PUT("1,2,3,4\n");
	assert_int_equal(amqadf_write_grid(path, &empty, &error), -EINVAL);
	expect_points((float[]){1, 2, 3, 4}, 1);
	assert_int_equal(amqadf_write_grid(name_file("no/where"), &grid, &error), -ENOENT);
	assert_int_equal(files(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(csv_with_names, forget_files),
		cmocka_unit_test_teardown(csv_without_names_or_last_line_feed, forget_files),
		cmocka_unit_test_teardown(csv_with_blanks_and_carriage_returns, forget_files),
		cmocka_unit_test_teardown(csv_without_points, forget_files),
		cmocka_unit_test_teardown(csv_longer_than_the_first_buffers, forget_files),
		cmocka_unit_test_teardown(csv_with_a_bad_number_is_refused_by_line, forget_files),
		cmocka_unit_test_teardown(csv_with_numbers_that_are_not_finite_is_refused,
					  forget_files),
		cmocka_unit_test_teardown(csv_with_other_columns_is_refused, forget_files),
		cmocka_unit_test_teardown(csv_with_a_nul_byte_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_of_float32, forget_files),
		cmocka_unit_test_teardown(npy_of_float64_and_other_key_order, forget_files),
		cmocka_unit_test_teardown(npy_of_no_points, forget_files),
		cmocka_unit_test_teardown(npy_truncated_anywhere_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_with_bytes_behind_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_of_another_shape_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_of_an_impossible_shape_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_of_another_type_or_order_is_refused, forget_files),
		cmocka_unit_test_teardown(npy_with_numbers_that_are_not_finite_is_refused,
					  forget_files),
		cmocka_unit_test_teardown(a_missing_file_is_reported_by_the_system, forget_files),
		cmocka_unit_test_teardown(points_survive_writing_and_reading, forget_files),
		cmocka_unit_test_teardown(grids_survive_writing_and_reading, forget_files),
		cmocka_unit_test_teardown(a_written_grid_is_aligned_as_numpy_wants, forget_files),
		cmocka_unit_test_teardown(grids_of_another_shape_are_refused, forget_files),
		cmocka_unit_test_teardown(writing_leaves_no_temporary_file, forget_files),
		cmocka_unit_test_teardown(writing_through_a_link_keeps_the_link, forget_files),
		cmocka_unit_test_teardown(writing_to_a_pipe_keeps_the_pipe, forget_files),
		cmocka_unit_test_teardown(a_failed_write_is_reported_and_leaves_the_old_file,
					  forget_files),
		cmocka_unit_test_teardown(what_cannot_be_written_leaves_the_old_file, forget_files),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
