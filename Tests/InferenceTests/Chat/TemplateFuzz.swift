/// Makes random templates out of a grammar, mostly ones that mean something.
struct TemplateFuzz {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % bound
  }

  private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  /// A template that writes one expression.
  mutating func expressionTemplate() -> String { "{{ \(any(4)) }}" }

  /// A template of several statements.
  mutating func statementTemplate() -> String {
    "{% set ns = namespace(a=1) %}" + statements(2)
  }

  // MARK: Statements

  private mutating func statements(_ depth: Int) -> String {
    (0...below(3)).map { _ in statement(depth) }.joined()
  }

  private mutating func tag(_ content: String) -> String {
    "{%" + pick(["", "-", "", "+"]) + " \(content) " + pick(["", "-", "", "+"]) + "%}"
      + pick(["", "\n", "  \n", "\n  "])
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["x", "\n", " y \n  "]) + print() }
    switch below(11) {
    case 0: return pick(["text ", "\n", "  \n\t", "é "])
    case 1:
      return tag("if \(boolean(2))") + statements(depth - 1)
        + (below(2) == 0 ? tag("elif \(any(1))") + statements(depth - 1) : "")
        + (below(2) == 0 ? tag("else") + statements(depth - 1) : "") + tag("endif")
    case 2:
      let filter = below(3) == 0 ? " if \(boolean(1))" : ""
      return tag("for x in \(list(2))\(filter)") + statements(depth - 1)
        + pick([
          "{{ loop.index }}", "{{ loop.last }}", "{{ x }}", "{% if loop.first %}a{% endif %}",
          "{% break %}", "{% continue %}", "{{ loop.previtem }}", "{{ loop.cycle(1, 2) }}",
        ]) + (below(3) == 0 ? tag("else") + statements(depth - 1) : "") + tag("endfor")
    case 3: return tag("for k, v in d.items()") + "{{ k ~ v }}" + tag("endfor")
    case 4: return tag("set \(pick(["v", "w"])) = \(any(2))")
    case 5: return tag("set \(pick(["v", "w"]))") + statements(depth - 1) + tag("endset")
    case 6: return "{% set ns.a = \(any(2)) %}{{ ns.a }}"
    case 7:
      return tag("macro told(p, q=\(any(1)))") + "{{ p }}{{ q }}" + statements(depth - 1)
        + tag("endmacro") + "{{ told(\(any(1))) }}{{ told(q=\(any(0))) }}"
    case 8: return "{# \(pick(["a", "-", "{{ x }}"])) \(pick(["", "-"]))#}" + pick(["", "\n"])
    case 9: return tag("with t = \(any(2))") + "{{ t }}" + statements(depth - 1) + tag("endwith")
    default: return print()
    }
  }

  private mutating func print() -> String {
    "{{" + pick(["", "-", ""]) + " \(below(3) == 0 ? pick(["v", "w"]) : any(2)) "
      + pick(["", "-", ""]) + "}}"
  }

  // MARK: Expressions

  private mutating func any(_ depth: Int) -> String {
    switch below(7) {
    case 0: boolean(depth)
    case 1: number(depth)
    case 2, 3: string(depth)
    case 4: list(depth)
    case 5: mapping(depth)
    default: other(depth)
    }
  }

  private mutating func other(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["none", "u", "m[0].a", "d.missing", "m[9]", "true"]) }
    let inner = depth - 1
    switch below(9) {
    case 0: return "(\(any(inner)) if \(boolean(inner)) else \(any(inner)))"
    case 1: return "(\(any(inner)) or \(any(inner)))"
    case 2: return "(\(any(inner)) and \(any(inner)))"
    case 3: return "(\(any(inner)))|default(\(any(inner)))"
    case 4: return "\(list(inner))[\(number(0))]"
    case 5: return "\(mapping(inner)).get(\(string(0)), \(any(0)))"
    case 6: return "\(list(inner))|\(pick(["first", "last", "min", "max"]))"
    case 7: return "(\(any(inner)) if \(boolean(inner)))"
    default: return "\(any(inner)) + \(any(inner))"
    }
  }

  private mutating func boolean(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["true", "false", "True", "b"]) }
    return "(\(condition(depth - 1)))"
  }

  private mutating func condition(_ inner: Int) -> String {
    switch below(9) {
    case 0: return "not \(any(inner))"
    case 1: return "\(any(inner)) \(pick(["==", "!="])) \(any(inner))"
    case 2: return "\(number(inner)) \(pick(["<", "<=", ">", ">="])) \(number(inner))"
    case 3: return "\(string(inner)) \(pick(["<", "in", "not in", ">="])) \(string(inner))"
    case 4: return "\(any(inner)) in \(list(inner))"
    case 5:
      let tests = [
        "defined", "undefined", "none", "string", "mapping", "iterable", "number", "sequence",
        "boolean", "integer", "float", "true", "false", "odd", "even", "divisibleby 3", "eq 2",
        "in [1, 'a']", "callable", "lower", "upper",
      ]
      return "\(any(inner)) is \(pick(["", "not "]))\(pick(tests))"
    case 6: return "\(string(inner)).\(pick(["startswith", "endswith"]))(\(string(0)))"
    case 7:
      return "\(string(inner)).\(pick(["isdigit", "isalpha", "isupper", "isspace", "islower"]))()"
    default: return "1 < \(number(inner)) < 5"
    }
  }

  private mutating func number(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["0", "1", "2", "-1", "3", "2.5", "n", "f", "1e3", "7_0"]) }
    let inner = depth - 1
    switch below(7) {
    case 0, 1:
      // The reference's code for a power of a negative constant is another expression.
      if below(7) == 0 { return "(\(pick(["2", "0", "n", "1", "2.5"])) ** \(number(0)))" }
      let marks = ["+", "-", "*", "/", "//", "%"]
      return "(\(number(inner)) \(pick(marks)) \(number(inner)))"
    case 2: return "\(any(inner))|length"
    case 3: return "-\(number(inner))"
    case 4: return "\(any(inner))|\(pick(["int", "float", "abs", "round"]))"
    case 5: return "\(string(inner)).\(pick(["find", "rfind", "count"]))(\(string(0)))"
    default: return "\(list(inner))|sum"
    }
  }

  private mutating func string(_ depth: Int) -> String {
    guard depth > 0 else {
      return pick([
        "'a'", "'Hello World'", "' x '", "''", "s", "\"it's\"", "'é\\n\\t'", "'A,b,,C'", "'12'",
        "'日本'", "'a' 'b'", "'ß'", "'\\u200b'", "'3.5'", "'ΑΣ'", "'x-y (z)'",
      ])
    }
    let inner = depth - 1
    switch below(10) {
    case 0: return "(\(any(inner)) ~ \(any(inner)) ~ \(string(inner)))"
    case 1: return "(\(string(inner)) + \(string(inner)))"
    case 2:
      let filters = [
        "trim", "upper", "lower", "title", "capitalize", "string", "replace('a', 'bb')", "indent",
        "indent(2, true)", "tojson", "trim('a ')", "replace('', '-', 2)", "tojson(indent=2)",
      ]
      return "(\(string(inner))|\(pick(filters)))"
    case 3:
      let methods = [
        "strip()", "lstrip()", "rstrip('a')", "upper()", "lower()", "title()", "capitalize()",
        "replace('l', 'L', 1)", "removeprefix('a')", "removesuffix(' ')", "split('l')[0]",
        "split()[-1]", "rsplit(',', 1)[0]",
      ]
      return "\(string(inner)).\(pick(methods))"
    case 4: return "(\(list(inner))|join(\(string(0))))"
    case 5: return "(\(any(inner))|tojson)"
    case 6: return "(\(any(inner))|string)"
    case 7: return "(\(string(inner)))[\(slice())]"
    case 8: return "(\(string(inner)) * 2)"
    default: return "m[\(pick(["0", "1", "-1"]))]\(pick([".role", "['content']"]))"
    }
  }

  private mutating func slice() -> String {
    let bounds = ["", "1", "-1", "2", "0", "-3", "100"]
    return pick(bounds) + ":" + pick(bounds) + pick(["", "", ":2", ":-1"])
  }

  private mutating func list(_ depth: Int) -> String {
    guard depth > 0 else {
      return pick(["[1, 2, 3]", "l", "[]", "m", "('a', 'b')", "range(3)", "['b', 'A', 'a']", "e"])
    }
    let inner = depth - 1
    switch below(9) {
    case 0: return "[\(any(inner)), \(any(inner))]"
    case 1: return "\(list(inner))[\(slice())]"
    case 2: return "(\(list(inner))|\(pick(["list", "sort", "reverse", "unique"]))|list)"
    case 3:
      let maps = [
        "'upper'", "attribute='role'", "'string'", "'length'", "attribute='x', default=1",
      ]
      return "(\(list(inner))|map(\(pick(maps)))|list)"
    case 4:
      let tests = ["", "'string'", "'number'", "'defined'", "'eq', 2", "'odd'"]
      return "(\(list(inner))|\(pick(["select", "reject"]))(\(pick(tests)))|list)"
    case 5:
      return "(m|\(pick(["selectattr", "rejectattr"]))('role', 'equalto', \(string(0)))|list)"
    case 6: return "\(string(inner)).split(\(pick(["", "' '", "','", "'l', 1"])))"
    case 7: return "(\(mapping(inner)).\(pick(["keys", "values", "items"]))()|list)"
    default: return "(\(list(inner)) + \(list(inner)))"
    }
  }

  private mutating func mapping(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["d", "{}", "m[0]", "{'a': 1, 'b': 2}"]) }
    switch below(4) {
    case 0: return "{\(string(depth - 1)): \(any(depth - 1)), 'k': \(any(0))}"
    case 1: return "dict(a=\(any(depth - 1)))"
    case 2: return "{1: \(any(0)), true: 2, none: 3, (1, 2): 4}"
    default: return pick(["d", "m[1]"])
    }
  }
}
