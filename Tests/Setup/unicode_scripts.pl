# Prints Sources/Tokenization/Quality/UnicodeScript+Ranges.swift from Perl's tables of Unicode.
#
# Usage: perl Tests/Setup/unicode_scripts.pl > Sources/Tokenization/Quality/UnicodeScript+Ranges.swift
use strict;
use warnings;
use Unicode::UCD qw(charblocks charscripts);

sub rows {
  my ($ranges) = @_;
  my (@rows, $row);
  $row = "";
  for my $item (@$ranges) {
    if (length($row) + length($item) > 90) { push @rows, $row; $row = ""; }
    $row .= ($row eq "" ? "" : " ") . $item;
  }
  push @rows, $row if $row ne "";
  return @rows;
}

my $scripts = charscripts();
my %skipped = map { $_ => 1 } qw(Common Inherited Unknown);
print "extension UnicodeScript {\n";
print "  /// Each script's name, a colon, and its code points in hexadecimal, ranges as first-last; then a\n  /// semicolon.\n";
print "  /// Unicode ", Unicode::UCD::UnicodeVersion(), "; written by `Tests/Setup/unicode_scripts.pl`.\n";
print "  // swift-format-ignore\n";
print "  static let scriptRanges = \"\"\"\n";
for my $name (sort keys %$scripts) {
  next if $skipped{$name};
  my @merged;
  for my $range (sort { $a->[0] <=> $b->[0] } @{ $scripts->{$name} }) {
    my ($first, $last) = @$range;
    if (@merged && $merged[-1][1] + 1 == $first) { $merged[-1][1] = $last; next; }
    push @merged, [$first, $last];
  }
  (my $title = $name) =~ s/_/ /g;
  my @items = map { $_->[0] == $_->[1] ? sprintf("%X", $_->[0]) : sprintf("%X-%X", @$_) } @merged;
  $items[-1] .= ";";
  print "    $_\n" for rows(["$title:", @items]);
}
print "    \"\"\"\n\n";
my $blocks = charblocks();
print "  /// Each block's name, a colon, and its code points in hexadecimal.\n";
print "  // swift-format-ignore\n";
print "  static let blockRanges = \"\"\"\n";
my @items = map { sprintf("%s:%X-%X;", $_->[2], $_->[0], $_->[1]) }
  sort { $a->[0] <=> $b->[0] } map { @$_ } values %$blocks;
print "    $_\n" for rows(\@items);
print "    \"\"\"\n";
print "}\n";
