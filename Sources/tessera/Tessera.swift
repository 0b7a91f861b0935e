@main
struct Tessera {
  static func main() {}
}
