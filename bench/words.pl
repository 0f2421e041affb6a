# SPDX-License-Identifier: Apache-2.0
# Strings, hashes and arrays, made and dropped.
use strict;
use warnings;

my ($kept, $bytes) = (0, 0);
for my $round (1 .. 40) {
	my %seen;
	for my $i (1 .. 8000) {
		my $word = "word-" . ($i * 7919 % 3001) . "-" . $round;
		push @{$seen{$word}}, {at => $i, text => lc $word};
	}
	$kept += keys %seen;
	$bytes += length join ",", map { $_->{text} } map { @$_ } values %seen;
}
print "$kept $bytes\n";
