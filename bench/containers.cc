/* SPDX-License-Identifier: Apache-2.0 */
/* Churn in C++ containers: nodes of maps, strings beyond the inline size, vectors that grow. */
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace {

class Store {
public:
	void add(unsigned key)
	{
		std::vector<std::string> &words = words_[name_of(key)];

		words.push_back(name_of(key * 7) + name_of(key * 13));
		if (words.size() > 4)
			words_.erase(name_of(key));
	}

	std::size_t weigh() const
	{
		std::size_t bytes = 0;

		for (const auto &entry : words_)
			for (const std::string &word : entry.second)
				bytes += entry.first.size() + word.size();
		return bytes;
	}

private:
	static std::string name_of(unsigned number)
	{
		return "a name beyond the inline size, " + std::to_string(number);
	}

	std::map<std::string, std::vector<std::string>> words_;
};

} // namespace

int main(int argc, char **argv)
{
	long count = argc > 1 ? std::atol(argv[1]) : 800000;
	unsigned random = 1;
	Store store;

	for (long i = 0; i < count; i++) {
		random = random * 1664525u + 1013904223u;
		store.add(random >> 18);
	}
	std::printf("%zu\n", store.weigh());
	return 0;
}
