"""Matrix products and what belongs to them."""

from caselib import bools, case, ints, rand, vals

PAIRS = [
    (rand(3, 4), rand(4, 5)),
    (rand(3, 4).nc, rand(4, 5).nc),
    (rand(1, 1), rand(1, 1)),
    (rand(0, 4), rand(4, 5)),
    (rand(3, 0), rand(0, 5)),
    (rand(3, 4).float64, rand(4, 5).float64),
    (rand(17, 33), rand(33, 19)),
    (rand(3, 4), rand(3, 4)),
]
for a, b in PAIRS:
    case("mm", "a.mm(b), torch.mm(a, b)", a=a, b=b)
    case("matmul", "a.matmul(b), torch.matmul(a, b), a @ b", a=a, b=b)
for a, b in (
    (rand(4), rand(4)),
    (rand(3, 4), rand(4)),
    (rand(4), rand(4, 3)),
    (rand(2, 3, 4), rand(4)),
    (rand(4), rand(2, 4, 3)),
    (rand(2, 3, 4), rand(4, 5)),
    (rand(3, 4), rand(2, 4, 5)),
    (rand(2, 3, 4), rand(2, 4, 5)),
    (rand(2, 1, 3, 4), rand(5, 4, 2)),
    (rand(2, 3, 4).nc, rand(2, 4, 5).nc),
    (rand(0, 3, 4), rand(0, 4, 5)),
    (rand(2, 3, 4), rand(3, 4, 5)),
    (rand(4), rand(5)),
    (rand(2, 3).const, rand(3, 2).float64.const),
):
    case("matmul", "a.matmul(b)", a=a, b=b)
for a, b in (
    (rand(2, 3, 4), rand(2, 4, 5)),
    (rand(2, 3, 4).nc, rand(2, 4, 5).nc),
    (rand(0, 3, 4), rand(0, 4, 5)),
    (rand(2, 3, 0), rand(2, 0, 5)),
    (rand(2, 3, 4), rand(1, 4, 5)),
    (rand(2, 3, 4), rand(4, 5)),
    (rand(2, 3, 4).float64, rand(2, 4, 1).float64),
):
    case("bmm", "a.bmm(b), torch.bmm(a, b)", a=a, b=b)
for a, b in ((rand(3, 4), rand(4)), (rand(3, 4).nc, rand(4)), (rand(0, 4), rand(4)), (rand(3, 4), rand(3))):
    case("mv", "a.mv(b), torch.mv(a, b)", a=a, b=b)
for a, b in (
    (rand(4), rand(4)),
    (rand(0), rand(0)),
    (rand(4), rand(3)),
    (rand(2, 2), rand(2, 2)),
    (ints(0, 9, 4), ints(0, 9, 4)),
):
    case("dot", "a.dot(b), torch.dot(a, b), a.inner(b)", a=a, b=b)
    case("vdot", "torch.vdot(a, b)", a=a, b=b)
for a, b in ((rand(4), rand(3)), (rand(0), rand(3)), (ints(0, 9, 4), ints(0, 9, 3)), (rand(2, 2), rand(3))):
    case("outer", "a.outer(b), torch.outer(a, b), torch.ger(a, b)", a=a, b=b)
for option in ("", ", beta=0.5", ", alpha=2", ", beta=0, alpha=-1"):
    case("addmm", f"c.addmm(a, b{option}), torch.addmm(c, a, b{option})", c=rand(3, 5), a=rand(3, 4), b=rand(4, 5))
    case("addmm", f"torch.addmm(c, a, b{option})", c=rand(5), a=rand(3, 4).nc, b=rand(4, 5))
    case(
        "baddbmm",
        f"c.baddbmm(a, b{option}), torch.baddbmm(c, a, b{option})",
        c=rand(2, 3, 5),
        a=rand(2, 3, 4),
        b=rand(2, 4, 5),
    )
    case("addmv", f"c.addmv(a, b{option}), torch.addmv(c, a, b{option})", c=rand(3), a=rand(3, 4), b=rand(4))
    case("addbmm", f"torch.addbmm(c, a, b{option})", c=rand(3, 5), a=rand(2, 3, 4), b=rand(2, 4, 5))
    case("addr", f"torch.addr(c, a, b{option})", c=rand(3, 5), a=rand(3), b=rand(5))
for a, b in (
    (ints(-9, 9, 3, 4), ints(-9, 9, 4, 2)),
    (vals([100] * 4, 2, 2, dtype="int8"), vals([3] * 4, 2, 2, dtype="int8")),
    (bools(2, 2), bools(2, 2)),
    (rand(2, 2), ints(0, 3, 2, 2)),
):
    case("matmul of integers", "a.matmul(b)", grad=False, a=a, b=b)
for equation, a, b in (
    ("ij,jk->ik", rand(3, 4), rand(4, 5)),
    ("ij,kj", rand(3, 4), rand(5, 4)),
    ("bij,bjk->bik", rand(2, 3, 4), rand(2, 4, 5)),
    ("i,j->ij", rand(3), rand(4)),
    ("ij,ij->", rand(3, 4), rand(3, 4)),
    ("bhid,bhjd->bhij", rand(2, 2, 3, 4), rand(2, 2, 5, 4)),
    ("ij,j->i", rand(3, 4), rand(4)),
    ("...ij,...jk->...ik", rand(2, 3, 4), rand(2, 4, 5)),
    ("ijk,jl->ikl", rand(2, 3, 4).nc, rand(3, 5).nc),
    ("ij,ij->ji", rand(3, 4), rand(3, 4)),
    ("ij , jk -> ki", rand(3, 4), rand(4, 5)),
    ("ij,jk", rand(3, 4), rand(4, 5)),
    ("ij,jk->ik", rand(3, 4), rand(5, 5)),
    ("ij,jk->iz", rand(3, 4), rand(4, 5)),
    ("i1,jk->ik", rand(3, 4), rand(4, 5)),
    ("ij,jk->ik", rand(0, 4), rand(4, 5)),
    ("...i,i->...", rand(2, 3, 4), rand(4)),
    ("ijk,kj->ik", rand(2, 3, 4), rand(4, 3)),
):
    case("einsum", f"torch.einsum('{equation}', a, b)", a=a, b=b)
for equation, a in (
    ("ii->i", rand(3, 3)),
    ("ii", rand(3, 3)),
    ("ij->ji", rand(3, 4)),
    ("ij->", rand(3, 4)),
    ("ijk->ki", rand(2, 3, 4).nc),
    ("ij->j", rand(3, 4)),
    ("...ij->...ji", rand(2, 3, 4)),
    ("i->", rand(0)),
    ("ba", rand(3, 4)),
):
    case("einsum", f"torch.einsum('{equation}', a)", a=a)
case("einsum", "torch.einsum('ij,jk,kl->il', a, b, c)", a=rand(2, 3), b=rand(3, 4), c=rand(4, 5))
case("einsum", "torch.einsum('ij,jk->ik', [a, b])", a=rand(2, 3), b=rand(3, 4))
case(
    "tensordot",
    "torch.tensordot(a, b, dims=2), torch.tensordot(a, b, ([1, 2], [0, 1]))",
    a=rand(2, 3, 4),
    b=rand(3, 4, 5),
)
case("kron", "torch.kron(a, b)", a=rand(2, 3), b=rand(3, 2))
case("cross", "torch.cross(a, b, dim=1), a.cross(b, dim=1)", a=rand(2, 3), b=rand(2, 3))
case("chain_matmul", "torch.linalg.multi_dot([a, b, a])", a=rand(3, 4), b=rand(4, 3))
case("det", "torch.det(a), torch.linalg.det(a)", a=rand(3, 3), tol=1e-4)
case("inverse", "torch.inverse(a), torch.linalg.inv(a)", a=rand(3, 3), tol=1e-4)
case("matrix_power", "torch.matrix_power(a, 3)", a=rand(3, 3))
case("cdist", "torch.cdist(a, b), torch.cdist(a, b, p=1)", a=rand(3, 4), b=rand(5, 4))
case("qr", "torch.linalg.qr(a)", a=rand(4, 3), grad=False)
