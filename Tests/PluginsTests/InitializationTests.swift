import Testing

@Suite("Rules for first values")
struct InitializationTests {
    @Test(
        "Random rules give PyTorch's numbers and leave its next ones",
        arguments: [
            ("xavier_uniform_(t, { gain = 2 })", "-2.1722 -1.7283 -0.9384 -2.0728 -0.1244 -1.9275 | 0.7719"),
            (
                "kaiming_normal_(t, { mode = 'fan_out', nonlinearity = 'relu' })",
                "0.6559 0.1428 0.0727 -0.5011 0.0377 -1.1172 | 0.1498"
            ),
            (
                "trunc_normal_(t, { std = 0.5, a = 0, b = 0.5 })",
                "0.4016 0.0874 0.0445 0.4887 0.0231 0.4078 | 0.3686"
            ),
            ("trunc_normal_(t, 0, 1, 2, 3)", "2.0043 2.1056 2.0542 2.0270 2.1213 2.0601 | 0.3686"),
            ("orthogonal_(t)", "0.9923 0.0974 0.1099 -0.4086 0.0571 -0.9075 | 0.1498"),
            ("sparse_(t, 0.5)", "0.0000 0.0000 0.0009 -0.0061 0.0000 0.0000 | 0.1756"),
        ])
    func random(rule: String, expected: String) throws {
        #expect(
            try evaluate(
                """
                nj.manual_seed(3)
                local t = nn.Parameter(nj.zeros(3, 2))
                nn.init.\(rule)
                local all = {}
                for i, v in ipairs(t:detach():flatten():tolist()) do all[i] = ("%.4f"):format(v + 0.0) end
                assert(t:requires_grad() and t:is_leaf())
                return table.concat(all, " "), "|", ("%.4f"):format(nj.rand(1):item())
                """
            ).replacing("-0.0000", with: "0.0000") == expected)
    }

    @Test("A wide matrix has orthogonal rows")
    func wide() throws {
        #expect(
            try evaluate(
                "nj.manual_seed(3) local t = nn.init.orthogonal_(nj.zeros(2, 3), { gain = 2 }) "
                    + "return ('%.4f %.4f'):format(t:select(0, 0):select(0, 0):item(), t:select(0, 1):select(0, 2):item())"
            )
                == "1.9429 -1.9704")
    }

    @Test("Rules without random numbers")
    func constants() throws {
        #expect(
            try evaluate(
                """
                local init = nn.init
                local d = init.dirac_(nj.rand(4, 2, 3), { groups = 2 })
                return init.constant_(nj.zeros(2), 0.5), init.ones_(nj.zeros(1)), init.zeros_(nj.ones(1)),
                  init.eye_(nj.rand(2, 3)):tolist()[2][2], d:sum():item(), d:tolist()[4][2][2],
                  ("%.4f %.4f"):format(init.calculate_gain("relu"), init.calculate_gain("leaky_relu", 0.3))
                """) == "tensor([0.5000, 0.5000]) tensor([1.]) tensor([0.]) 1.0 4.0 1.0 1.4142 1.3546")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "xavier_uniform_(nj.zeros(3))",
                "nn.init.xavier_uniform_: a tensor of at least 2 dimensions expected, as [outputs, inputs], got shape [3]"
            ),
            (
                "kaiming_uniform_(nj.zeros(3, 2), { mode = 'fan_im' })",
                "nn.init.kaiming_uniform_: bad argument 'mode' ('fan_in' or 'fan_out' expected, got 'fan_im' "
                    + "(did you mean 'fan_in'?))"
            ),
            ("eye_(nj.zeros(3))", "nn.init.eye_: a tensor of 2 dimensions expected, got shape [3]"),
            (
                "dirac_(nj.zeros(3, 1, 1), 2)", "nn.init.dirac_: 3 output channels cannot be divided into 2 groups"
            ),
            (
                "trunc_normal_(nj.zeros(3), 0, 0)",
                "nn.init.trunc_normal_: a 'std' above 0, a finite 'mean' and 'a' below 'b' expected"
            ),
            (
                "trunc_normal_(nj.zeros(3), 1e9, 1e-3, -1e9, 0)",
                "nn.init.trunc_normal_: almost none of the numbers lie in -1000000000.0..0.0"
            ),
            ("uniform_(nj.zeros(3), 1, 0)", "nn.init.uniform_: 'a' of at most 'b' expected, got 1.0 and 0.0"),
            ("normal_(nj.zeros(3), 0, -1)", "nn.init.normal_: a 'std' of at least 0 expected, got -1.0"),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure("nn.init." + source) == "test.lua:1: " + expected)
    }
}
