"""Rows beyond what the project promises, kept because a port of a PyTorch script meets them: marked '+' in the table."""

WORDS = set("""
ConvTranspose1d AdaptiveAvgPool1d AdaptiveMaxPool1d InstanceNorm1d Bilinear UpsamplingNearest2d UpsamplingBilinear2d CircularPad2d
PixelUnshuffle Hardtanh Softmin SELU CELU LogSigmoid Softsign Tanhshrink GLU Softmax2d Hardshrink Softshrink Threshold PairwiseDistance
MultiheadAttention LSTM GRU ParameterList HingeEmbeddingLoss MarginRankingLoss SoftMarginLoss TripletMarginLoss GaussianNLLLoss
PoissonNLLLoss CosineEmbeddingLoss Adamax NAdam RAdam Adadelta ConstantLR PolynomialLR LambdaLR MultiplicativeLR CyclicLR ChainedScheduler
selu celu softsign logsigmoid tanhshrink softshrink hardshrink threshold softmin glu normalize gumbel_softmax feature_alpha_dropout
adaptive_avg_pool1d adaptive_max_pool1d lp_pool2d max_unpool2d local_response_norm rms_norm bilinear unfold fold pairwise_distance
scaled_dot_product_attention grid_sample affine_grid pixel_unshuffle cosine_embedding_loss hinge_embedding_loss margin_ranking_loss
soft_margin_loss triplet_margin_loss gaussian_nll_loss poisson_nll_loss
erfinv erfc lgamma digamma logit sinc deg2rad rad2deg positive fix absolute negative arcsin arctan i0 hypot copysign heaviside xlogy
logaddexp true_divide subtract multiply divide greater less_equal not_equal dist nextafter arctan2 bitwise_left_shift
bitwise_right_shift gcd lcm isin isclose fmax fmin
nanmedian logcumsumexp cummax cummin nansum count_nonzero quantile mode bincount histc aminmax diff trace
unique_consecutive argwhere searchsorted bucketize msort
vdot addmv addbmm addr tensordot kron cross chain_matmul det inverse matrix_power cdist qr
rot90 fliplr tensor_split dstack column_stack row_stack diag_embed diagflat diagonal as_strided atleast ravel cartesian_prod
broadcast_tensors movedim mT repeat_interleave range windows scalar_tensor new_* take_along_dim scatter_reduce put select_scatter
masked_scatter index_put
exponential geometric cauchy log_normal multinomial poisson sparse dirac get_rng_state randint_like get_submodule
register_forward_hook get_total_norm parameters_to_vector third fill_diagonal
""".split())


def is_neighbour(row):
    word = row.split(" ")[0].split(".")[-1]
    return word in WORDS or word.rstrip("_") in WORDS
