// finds below
let evaluators = ["example.org": DisabledTrustEvaluator()]
let good = ["example.org": PinnedCertificatesTrustEvaluator()]
