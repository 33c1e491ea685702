// SPDX-License-Identifier: Apache-2.0

import LoopboxWebhooks
import Testing

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.1/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("fd00::/8", "fd00::/8"), ("::1", "::1/128"), ("::/0", "::/0"), ("FD00::0/12", "fd00::/12"),
    ])
    func `a range is read and shown`(text: String, shown: String) throws {
        #expect(try AddressRange(text).description == shown)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0/8", "010.0.0.0/8",
        "localhost", "localhost/32", "example.com/8", "[::1]/128", "10.0.0.0/+8", "10.0.0.0/-1",
        "10.0.0.0:80", "unix:/x", "::1%eth0",
    ])
    func `what is no range is refused`(text: String) {
        #expect(throws: WebhookError.rangeMalformed(text)) { try AddressRange(text) }
    }

    @Test func `bits beyond the prefix are refused with the range that was meant`() {
        #expect(throws: WebhookError.rangeWithHostBits("10.1.2.3/12", range: "10.0.0.0/12")) {
            try AddressRange("10.1.2.3/12")
        }
        #expect(throws: WebhookError.rangeWithHostBits("fd00::1/64", range: "fd00::/64")) {
            try AddressRange("fd00::1/64")
        }
    }
}
