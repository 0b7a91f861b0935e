"""Writes a table of code points as Swift source."""


def print_ranges(name, comment, first, kinds, shift):
    """Where the kind of code points changes, as `static let ranges` of an extension of `name`.

    Each entry is a code point shifted left by `shift`, plus its kind; `kinds` gives the kind of each
    code point in order, and `first` is that of those before the first entry.
    """
    rows, row, previous = [], "   ", first
    for code_point, kind in enumerate(kinds):
        if kind != previous:
            item = f" 0x{code_point << shift | kind:X},"
            if len(row) + len(item) > 100:
                rows.append(row)
                row = "   "
            row += item
            previous = kind
    rows.append(row)
    print(f"extension {name} {{")
    for line in comment:
        print(f"  /// {line}")
    print("  // swift-format-ignore")
    print("  static let ranges: [UInt32] = [")
    print("\n".join(rows))
    print("  ]")
    print("}")
