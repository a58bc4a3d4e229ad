// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "shop",
    platforms: [.macOS(.v13)],
    dependencies: [
        // 🧩 .package(url: "https://github.com/gone/gone.git", from: "1.0.0"),
        .package(url: "https://github.com/vapor/vapor.git", from: "4.99.3"),
        .package(url: "https://github.com/apple/swift-nio.git", .upToNextMinor(from: "2.65.0")),
        .package(name: "Fluent", url: "https://github.com/vapor/fluent", exact: "4.9.0"),
        .package(url: "https://github.com/old/exactly.git", .exact("1.2.3")),
        .package(url: "https://github.com/ranged/ranged.git", "1.0.0"..<"1.5.0"),
        .package(
            url: "git@git.example.org:team/Branched.git",
            branch: "main"
        ),
        .package(id: "mona.LinkedList", .upToNextMajor(from: "1.0.0")),
        .package(path: "Packages/Own"),
        .package(name: "Neighbour", path: "../Neighbour"),
        .package(url: mirror("swift-log"), from: "1.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "App",
            dependencies: [
                .product(name: "Vapor", package: "vapor"),
            ]
        ),
    ]
)
