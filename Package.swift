// swift-tools-version: 6.1
import PackageDescription

/// Settings of every Swift target: Swift 6 mode with the stricter features that are coming.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Targets whose inner loops would make a debug build crawl on a real model.
let optimised: [SwiftSetting] =
  strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Targets whose inner loops work on the state of one object that one thread has at a time: accesses
/// that overlap are found when the tests run, and not looked for again in a release.
let owned: [SwiftSetting] =
  optimised + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// A module of `Sources`, and what it may import. `Tests/ArchitectureTests` checks the imports.
struct Module {
  var name: String
  var needs: [Target.Dependency] = []
  var settings = strict
}

let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let modules: [Module] = [
  Module(name: "ModelFiles", settings: optimised),
  Module(name: "LinearProgramming", needs: ["CGLPK"]),
  Module(
    name: "Tokenization", needs: ["CPrefetch", "LinearProgramming", "ModelFiles"], settings: owned),
  Module(
    name: "Inference", needs: ["CKernels", "ModelFiles", "Tokenization"], settings: optimised),
  Module(name: "Lenses", needs: ["Inference", "Tokenization"]),
  Module(name: "Cells", needs: [toml]),
  Module(name: "Reports", needs: ["Lenses", "Inference", "Tokenization", "Cells"]),
  Module(
    name: "Workbench",
    needs: ["Lenses", "Inference", "Tokenization", "Cells", "Reports"]),
  Module(name: "TerminalUI", needs: ["Cells", "CNcurses"]),
]

/// Test targets mirror the modules of `Sources`; each may use all that `TestSupport` offers.
let testedModules = [
  "ModelFiles", "LinearProgramming", "Tokenization", "Inference", "Lenses", "Cells", "Reports",
  "Workbench",
  "TerminalUI",
]

/// The module under test, the modules its tests take their material from, and the embedded themes.
func testDependencies(of module: String) -> [Target.Dependency] {
  let common = ["TestSupport", "ModelFiles", "Tokenization", "Inference", "Lenses", "Cells"]
  let all = common + ["Themes"] + (common.contains(module) ? [] : [module])
  return all.map { .target(name: $0) } + (module == "Inference" ? ["CKernels"] : [])
}

let package = Package(
  name: "tessera",
  products: [.executable(name: "tessera", targets: ["tessera"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .target(name: "CNcurses"),
    .target(name: "CGLPK"),
    .target(name: "CPrefetch"),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "Themes", path: "Themes",
      resources: [
        .embedInCode("ink.toml"), .embedInCode("paper.toml"), .embedInCode("mono.toml"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "tessera",
      dependencies: [
        "LinearProgramming", "ModelFiles", "Tokenization", "Inference", "Lenses", "Cells",
        "Reports",
        "Workbench", "TerminalUI", "Themes", arguments,
      ],
      swiftSettings: strict),
    .target(
      name: "TestSupport",
      dependencies: ["ModelFiles", "Tokenization", "Inference", "Cells"],
      path: "Tests/TestSupport", exclude: ["Oracle"], swiftSettings: optimised),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["Workbench"], swiftSettings: strict),
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport"], swiftSettings: strict),
  ]
    + modules.map { module in
      .target(name: module.name, dependencies: module.needs, swiftSettings: module.settings)
    }
    + testedModules.map { name in
      .testTarget(
        name: name + "Tests",
        dependencies: testDependencies(of: name),
        exclude: ["Cells", "Reports", "Workbench"].contains(name) ? ["Snapshots"] : [],
        swiftSettings: name == "Tokenization" ? optimised : strict)
    },
  swiftLanguageModes: [.v6]
)
