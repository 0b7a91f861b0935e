/// The strings of templates: characters as Python counts and compares them.
typealias Scalars = [Unicode.Scalar]

extension Array<Unicode.Scalar> {
  init(_ text: String) { self = Array(text.unicodeScalars) }

  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }
}

/// A piece of a template.
struct TemplateToken: Sendable {
  enum Form: Sendable, Equatable {
    /// Text that is written as it is.
    case data(Scalars)
    /// `{{`
    case printBegin
    /// `}}`
    case printEnd
    /// `{%`
    case blockBegin
    /// `%}`
    case blockEnd
    case name(String)
    case string(Scalars)
    case integer(Int)
    case float(Double)
    /// `+`, `==`, `(` and so on.
    case mark(String)
    /// After the last token.
    case end
  }

  let form: Form
  /// Where it begins in the template's UTF-8 text.
  let offset: Int

  /// The token for reading.
  var title: String {
    switch form {
    case .data: "text"
    case .printBegin: "{{"
    case .printEnd: "}}"
    case .blockBegin: "{%"
    case .blockEnd: "%}"
    case .name(let name): name
    case .string: "a string"
    case .integer, .float: "a number"
    case .mark(let mark): mark
    case .end: "the end of the template"
    }
  }
}
