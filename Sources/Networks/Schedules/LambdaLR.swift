extension Schedules {
    static let lambda = ScheduleKind(
        "LambdaLR", doc: "The first rate times a function of the epoch.", [.lambda]
    ) { s in
        try zip(s.baseLRs, s.functions ?? []).map { rate, function in rate * (try function.factor(s.lastEpoch)) }
    }

    static let multiplicative = ScheduleKind(
        "MultiplicativeLR", doc: "The rate times a function of the epoch, at each epoch.", [.lambda]
    ) { s in
        if s.isInitial { return s.presentRates }
        return try zip(s.presentRates, s.functions ?? []).map { rate, function in
            rate * (try function.factor(s.lastEpoch))
        }
    }
}
