// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_KINETIC_GENERATOR_H
#define SGDFP_OPERATORS_KINETIC_GENERATOR_H

#include "operators/generator.h"
#include "operators/hermite_indices.h"
#include "operators/phase_space.h"

namespace sgdfp
{
  /// Scales of a kinetic equation and of its expansion.
  template <int dim>
  struct KineticScales
  {
    /// gamma, per unit t
    double friction = 1;
    /// s_i of the Hermite functions, parameter per unit t; s_i^2 is T_ref where
    /// parameters are not coordinates on something larger
    dealii::Tensor<1, dim> thermal_velocity;
    /// N, of the Hermite functions
    unsigned int degree = 8;
  };



  /// Momentum: the underdamped dynamics
  ///
  ///     d theta = v dt,   dv = (b - gamma v) dt + sqrt(2 gamma D) dW,
  ///     d_t f = -div_theta(v f) - div_v((b - gamma v) f - gamma D grad_v f)
  ///
  /// of a density f(theta, v), D the overdamped diffusion: for D = T I, b =
  /// -grad L, f is Gibbs at T times a Maxwellian. Time t = k sqrt(learning
  /// rate). In Hermite functions of velocity (HermiteIndices) and functions of
  /// PhaseSpace for their coefficients,
  ///
  ///     d_t c_n = sum_i s_i ( sqrt(n_i) from_below_i c_{n-e_i}
  ///                         + sqrt(n_i + 1) from_above_i c_{n+e_i} )
  ///               - gamma |n| c_n
  ///               + gamma sum_ij (D_ij/(s_i s_j) - delta_ij)
  ///                         sqrt(n_i n_j [n_i (n_i - 1) for i = j])
  ///                         c_{n-e_i-e_j},
  ///
  /// for |n| <= N, c_{N+1} = 0 [numerics.md, 5]. Where a face absorbs, what
  /// leaves through it is -s_i sum_m B_{n m} c_m (half_range_flux(); nothing
  /// comes in), in the even equations. Coefficients by rank: for each n those
  /// of the PhaseSpace.
  template <int dim>
  class KineticGenerator : public Generator
  {
  public:
    /// @param space, dynamics outlive this object
    KineticGenerator(const PhaseSpace<dim>    &space,
                     const Dynamics<dim>      &dynamics,
                     const KineticScales<dim> &scales);

    void prepare() override;

    void assemble() override;

    const Vector &mass_functional() const override;

    const SparseMatrix &mass_matrix() const override;

    /// Nothing: all coefficients are free.
    void complete(Vector &coefficients) const override;

    /// 1 at the coefficients of level 0, 0 elsewhere.
    const Vector &left_null_vector() const override;

    /// All 1
    const Vector &free_coefficients() const override;

    /// sum_i |A_ij|
    Vector rates() const override;

    /// Integrals of all trial functions
    Vector error_weights() const override;

    /// What absorbing faces take
    Vector killing() const override;

    const Vector &weights() const override;

    /// None: there is no multigrid for it.
    const std::vector<MatrixHandle> &coarse_interpolations() const override;

    void apply(AnyVector &result, const AnyVector &p) const override;

    void apply_adjoint(AnyVector &result, const AnyVector &f) const override;

    const SparseMatrix &preconditioner_matrix() const override;

    bool is_assembled() const override;

    bool needs_balance() const override;

    bool conserves_mass() const override;

    Vector zero() const override;

    /// A density of parameters times the Maxwellian of s.
    /// @param nodal coefficients of the TrialSpace
    Vector embed(const Vector &nodal) const;

    /// A density of parameters, all at rest: c_n = prod_i h_{n_i}(0) p, the
    /// expansion of delta(v). In one dimension it is the whole weight on the
    /// node v = 0 of the Gauss rule with N + 1 nodes, N even.
    Vector embed_at_rest(const Vector &nodal) const;

    /// Nodal coefficients of the density of parameters with given moments
    /// (phi_i, p), of all nodes; what is not kept is lost.
    /// @throws SolverFailure
    Vector project(const Vector &moments) const;

    /// F with F . P = int c_n.
    Vector integral(const unsigned int n) const;

    /// All coefficients by index n, for storage: at the nodes of the
    /// discretisation for even |n| (hanging ones left out), of odd_handler for
    /// odd ones; 0 where the law is not. And back.
    std::vector<Vector> unpack(const Vector &P) const;
    Vector              pack(const std::vector<Vector> &by_index) const;


    /// c_n for even |n|: nodal coefficients, those of hanging nodes too.
    /// @param n place of the index; 0 gives the density of parameters
    Vector nodal(const Vector &P, const unsigned int n) const;

    /// The mean of an observable over Maxwellian velocities, as a function of
    /// parameters, from its coefficients @p F (of the adjoint): nodal values,
    /// hanging nodes too, 0 where the law is not.
    Vector nodal_function(const Vector &F) const;

    /// c_n for odd |n|: coefficients of PhaseSpace::odd_handler.
    Vector discontinuous(const Vector &P, const unsigned int n) const;

    /// By LevelInverse
    std::unique_ptr<ApproximateInverse>
    approximate_inverse(const double shift) const override;

    bool has_approximate_inverse() const override;


    const PhaseSpace<dim>    &space;
    const KineticScales<dim>  scales;
    const HermiteIndices<dim> indices;

    /// One term of the equation of c_n: factor * matrix * c_m.
    struct Term
    {
      unsigned int m;
      Mat          matrix;
      double       factor;
    };

    using ParameterMatrices = std::array<typename PhaseSpace<dim>::Matrices, 2>;

    /// All terms of c_n in given matrices; friction is the first.
    std::vector<Term> terms(const unsigned int       n,
                            const ParameterMatrices &matrices) const;

    /// What A is made of, of the last assemble().
    const ParameterMatrices &parameter_matrices() const;

    /// First coefficient of c_n among those of this rank.
    dealii::types::global_dof_index place(const unsigned int n) const;

  private:
    /// First coefficient of c_n on this rank, or on another one.
    dealii::types::global_dof_index begin(const unsigned int n,
                                          const unsigned int rank) const;

    /// An empty matrix with room for A.
    Mat allocate() const;

    /// Adds @p factor * block to rows n, columns m.
    void add_block(const Mat          block,
                   const unsigned int n,
                   const unsigned int m,
                   const double       factor,
                   const Mat          matrix) const;

    void compute_functionals();

    unsigned int rank() const;

    /// The coefficients of c_n, at the nodes of the discretisation for even
    /// |n|, of odd_handler for odd ones.
    Vector spread(const Vector &P, const unsigned int n) const;

    /// Adds what spread() was given to @p P.
    void gather(const Vector &all, const unsigned int n, Vector &P) const;

    /// Writes factor * 1^T block into the coefficients of c_n.
    void column_sums(const Mat          block,
                     const unsigned int n,
                     const double       factor,
                     Vector            &result) const;


    const Dynamics<dim> &dynamics;
    ParameterMatrices    matrices;

    /// Whether D_ij/(s_i s_j) - delta_ij is 0 everywhere
    std::array<std::array<bool, dim>, dim>       is_isotropic;
    std::vector<dealii::types::global_dof_index> rank_begin;
    dealii::IndexSet                             owned;
    AdoptedMatrix                                forward;
    mutable AdoptedMatrix                        mass;
    mutable bool                                 mass_is_known = false;
    Vector functional, null_vector, ones, the_weights, loss_rates, integrals;
    std::vector<MatrixHandle> no_interpolations;
  };
} // namespace sgdfp

#endif
