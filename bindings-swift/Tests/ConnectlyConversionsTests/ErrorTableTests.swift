import ConnectlyConversions
import XCTest

/// Holds the constants against `core/schema/surface.json`.
final class ErrorTableTests: XCTestCase {
    private func names(_ list: String, _ member: String) throws -> Set<String> {
        var table = try Members(Contract.json("../core/schema/surface.json"), in: "surface.json")
        let rows = try table.array(list)
        return try Set(
            rows.map { row in
                var members = try Members(row, in: list)
                return try members.string(member) ?? ""
            })
    }

    func testEveryKindIsACase() throws {
        let kinds = Set(ConnectlyError.Kind.allCases.map(\.rawValue))
        XCTAssertEqual(kinds, try names("kinds", "kind"))
    }

    func testEveryErrorCodeIsAConstant() throws {
        let codes = Set(ConnectlyError.Code.allCases.map(\.rawValue))
        XCTAssertEqual(codes, try names("errors", "code"))
    }

    func testEveryIssueCodeIsAConstant() throws {
        let codes = Set(Issue.Code.allCases.map(\.rawValue))
        XCTAssertEqual(codes, try names("issues", "code"))
    }
}
