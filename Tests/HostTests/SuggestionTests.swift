import Testing

@testable import Host

@Suite("What a misspelt name is taken for")
struct SuggestionTests {
    @Test(
        "Typing errors are found",
        arguments: [
            ("kernal_size", "kernel_size"), ("kernelsize", "kernel_size"), ("paddin", "padding"), ("pading", "padding"),
            ("cross_entorpy", "cross_entropy"), ("crossentropy", "cross_entropy"), ("max_pool2D", "max_pool2d"),
            ("maxpool2d", "max_pool2d"), ("conv2D", "conv2d"), ("Conv2D", "Conv2d"), ("Relu", "ReLU"), ("rleu", "relu"),
            ("rellu", "relu"), ("rel", "relu"), ("tan", "tanh"), ("los", "loss"), ("erlu", "relu"), ("inear", "linear"),
            ("Liner", "Linear"), ("Sequental", "Sequential"), ("BatchNorm2D", "BatchNorm2d"), ("zero", "zeros"),
            ("sofmtax", "softmax"), ("state_dcit", "state_dict"), ("lable_smoothing", "label_smoothing"),
            ("requires_gard", "requires_grad"), ("weigth_decay", "weight_decay"), ("momentun", "momentum"),
            ("Conv3d", "Conv2d"), ("nnn", "nn"),
        ])
    func errors(typed: String, meant: String) {
        #expect(nearest(to: typed, among: ["other", meant, "something_else"]) == meant)
    }

    @Test(
        "Other names are not taken for errors",
        arguments: [
            ("gelu", "relu"), ("selu", "relu"), ("silu", "selu"), ("celu", "relu"), ("elu", "relu"), ("prelu", "relu"),
            ("l1_loss", "nll_loss"), ("sin", "min"), ("cos", "log"), ("sin", "asin"), ("bmm", "mm"), ("rand", "grad"),
            ("max", "mean"), ("any", "all"), ("add", "abs"), ("mse_loss", "nll_loss"), ("whatever", "kernel_size"),
            ("x", "y"), ("", "a"), ("a", ""), ("eye", "exp"), ("cat", "cos"), ("embedding", "padding"),
        ])
    func names(typed: String, other: String) { #expect(nearest(to: typed, among: [other]) == nil) }

    @Test("The nearest is taken, the one of the same length first")
    func nearestOne() {
        #expect(nearest(to: "conv2", among: ["conv1d", "conv2d", "conv2ds"]) == "conv2d")
        #expect(nearest(to: "Conv2D", among: ["conv2d", "Conv2d", "Conv1d"]) == "Conv2d")
        #expect(nearest(to: "weigth", among: ["weights", "weight"]) == "weight")
    }
}
