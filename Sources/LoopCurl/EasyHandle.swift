// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One libcurl transfer with the list of headers and the room for words that belong to it. Freed
/// when it goes out of scope.
//
// Safety (@safe): the three pointers are made in init and freed in deinit, the handle first because
// it refers to the others; they are lent to libcurl's own functions only.
@safe struct EasyHandle: ~Copyable {
    private let raw: UnsafeMutableRawPointer
    private let words: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?

    init() throws(CurlError) {
        guard let made = unsafe curl_easy_init() else {
            throw Self.failure(CURLE_OUT_OF_MEMORY, words: nil)
        }
        unsafe raw = made
        unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe _ = ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, words)
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe curl_slist_free_all(headers)
        unsafe words.deallocate()
    }

    /// What tells this handle from others.
    var id: UInt { unsafe UInt(bitPattern: raw) }

    func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try Self.check(unsafe ccurl_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: String?) throws(CurlError) {
        try Self.check(unsafe ccurl_set_string(raw, option, value))
    }

    func setBody(_ body: [UInt8]) throws(CurlError) {
        try Self.check(unsafe ccurl_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count)))
        let code = unsafe body.withUnsafeBytes { bytes in
            // An empty array has no address, and libcurl takes none for "ask the read function".
            if let start = bytes.baseAddress { return unsafe ccurl_copy_body(raw, start) }
            return unsafe ccurl_copy_body(raw, words)
        }
        try Self.check(code)
    }

    mutating func setHeaders(_ lines: [String]) throws(CurlError) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(headers, line) else {
                throw Self.failure(CURLE_OUT_OF_MEMORY, words: nil)
            }
            unsafe headers = longer
        }
        try Self.check(unsafe ccurl_set_headers(raw, headers))
    }

    /// Has libcurl call the four functions with `context`, which must outlive the transfer.
    func setCallbacks(
        body: @escaping curl_write_callback,
        head: @escaping curl_write_callback,
        openSocket: @escaping curl_opensocket_callback,
        request: @escaping curl_prereq_callback,
        context: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try Self.check(unsafe ccurl_on_body(raw, body, context))
        try Self.check(unsafe ccurl_on_head(raw, head, context))
        try Self.check(unsafe ccurl_on_open_socket(raw, openSocket, context))
        try Self.check(unsafe ccurl_on_request(raw, request, context))
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe ccurl_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    func microseconds(_ info: CURLINFO) -> Duration { .microseconds(offset(info)) }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return unsafe ccurl_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }

    func string(_ info: CURLINFO) -> String? {
        var text: UnsafePointer<CChar>?
        guard unsafe ccurl_get_string(raw, info, &text) == CURLE_OK, let text = unsafe text else {
            return nil
        }
        return unsafe String(cString: text)
    }

    func add(to multi: UnsafeMutableRawPointer) -> CURLMcode {
        unsafe curl_multi_add_handle(multi, raw)
    }

    func remove(from multi: UnsafeMutableRawPointer) {
        unsafe _ = curl_multi_remove_handle(multi, raw)
    }

    /// The error that `code` stands for, in libcurl's most exact words.
    func failure(_ code: CURLcode) -> CurlError {
        Self.failure(code, words: unsafe String(cString: words))
    }

    private static func check(_ code: CURLcode) throws(CurlError) {
        // A bound that can't be set is a bound that does not hold.
        guard code == CURLE_OK else { throw failure(code, words: nil) }
    }

    private static func failure(_ code: CURLcode, words: String?) -> CurlError {
        let general = unsafe String(cString: curl_easy_strerror(code))
        let words = words.flatMap { $0.isEmpty ? nil : $0 } ?? general
        return .failed(phase(of: code), code: Int(code.rawValue), words: words)
    }

    /// Source: libcurl-errors(3).
    private static func phase(of code: CURLcode) -> CurlError.Phase {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .lookup
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED:
            .tls
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN,
            CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            .request
        default: .answer
        }
    }
}
