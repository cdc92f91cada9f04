// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/batch_source.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "models/data_file.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    using Rows = MatrixRows;



    /// F with F F^T = @p covariance
    Rows rows_of_root(const Rows &covariance)
    {
      const auto root = square_root(to_matrix(covariance));
      Rows       rows(root.m(), std::vector<double>(root.n()));
      for (unsigned int i = 0; i < root.m(); ++i)
        for (unsigned int j = 0; j < root.n(); ++j)
          rows[i][j] = root(i, j);
      return rows;
    }



    /// = sum_b row_b v_b
    void set_product(const std::vector<double> &row,
                     const std::vector<Lanes>  &v,
                     Lanes                     &sum)
    {
      sum.set(row[0], v[0]);
      for (std::size_t b = 1; b < row.size(); ++b)
        if (row[b] != 0)
          sum.add(row[b], v[b]);
    }



    /// += sum_b row_b v_b
    void add_product(const std::vector<double> &row,
                     const std::vector<Lanes>  &v,
                     Lanes                     &sum)
    {
      for (std::size_t b = 0; b < row.size(); ++b)
        if (row[b] != 0)
          sum.add(row[b], v[b]);
    }



    /// x ~ N(0, S), y = teacher x + e, e ~ N(0, label_noise^2 I)
    class GaussianBatches : public BatchSource
    {
    public:
      GaussianBatches(const Rows        &covariance,
                      const Rows        &teacher,
                      const double       label_noise,
                      const unsigned int batch_size)
        : BatchSource({static_cast<unsigned int>(teacher.front().size()),
                       static_cast<unsigned int>(teacher.size())})
        , factor(rows_of_root(covariance))
        , teacher(teacher)
        , label_noise(label_noise)
        , batch_size(batch_size)
        , z(factor.size())
        , x(factor.size())
        , y(teacher.size())
      {}

      void draw(RandomStream::Draws &draws,
                std::vector<Lanes>  &means) const override
      {
        for (unsigned int k = 0; k < batch_size; ++k)
          {
            for (Lanes &component : z)
              draws.normal(component);
            for (unsigned int b = 0; b < x.size(); ++b)
              set_product(factor[b], z, x[b]);
            for (unsigned int a = 0; a < y.size(); ++a)
              {
                draws.normal(y[a]);
                y[a] *= label_noise;
                add_product(teacher[a], x, y[a]);
              }
            if (k == 0)
              monomials.set(1. / batch_size, x, y, means);
            else
              monomials.add(1. / batch_size, x, y, means);
          }
      }

      std::string description() const override
      {
        return "samples of the Gaussian population";
      }

    private:
      const Rows                 factor, teacher;
      const double               label_noise;
      const unsigned int         batch_size;
      mutable std::vector<Lanes> z, x, y; ///< work space
    };



    /// One input, y = teacher x + e; only the labels are random.
    class FixedInputBatches : public BatchSource
    {
    public:
      FixedInputBatches(const std::vector<double> &x,
                        const Rows                &teacher,
                        const double               label_noise,
                        const unsigned int         batch_size)
        : BatchSource({static_cast<unsigned int>(x.size()),
                       static_cast<unsigned int>(teacher.size())})
        , x(x)
        , error(label_noise / std::sqrt(static_cast<double>(batch_size)))
      {
        for (const auto &row : teacher)
          {
            label.push_back(0);
            for (std::size_t b = 0; b < x.size(); ++b)
              label.back() += row[b] * x[b];
          }
      }

      void draw(RandomStream::Draws &draws,
                std::vector<Lanes>  &means) const override
      {
        for (std::size_t b = 0; b < x.size(); ++b)
          for (std::size_t c = b; c < x.size(); ++c)
            means[monomials.input_monomial(b, c)].fill(x[b] * x[c]);
        Lanes z;
        for (std::size_t a = 0; a < label.size(); ++a)
          {
            draws.normal(z);
            for (std::size_t b = 0; b < x.size(); ++b)
              {
                Lanes &m = means[monomials.output_monomial(a, b)];
                m.fill(label[a] * x[b]);
                m.add(error * x[b], z);
              }
          }
      }

      std::string description() const override
      {
        return "samples of a fixed input with label noise";
      }

    private:
      const std::vector<double> x;
      const double              error;
      std::vector<double>       label;
    };



    /// Rows of a data file.
    class FileBatches : public BatchSource
    {
    public:
      FileBatches(const SampleMonomials &monomials,
                  const DataRows        &rows,
                  const unsigned int     batch_size,
                  const bool             with_replacement)
        : BatchSource(monomials)
        , batch_size(batch_size)
        , with_replacement(with_replacement)
      {
        std::vector<double> m(monomials.n_monomials());
        double              sum = 0;
        for (unsigned int i = 0; i < rows.size(); ++i)
          if (rows.weights[i] > 0)
            {
              monomials.evaluate(rows.inputs(i), rows.outputs(i), m);
              samples.insert(samples.end(), m.begin(), m.end());
              sum += rows.weights[i];
              cumulated.push_back(sum);
            }
        n_samples = cumulated.size();
        if (!rows.has_shares())
          cumulated.clear();
        for (double &c : cumulated)
          c /= sum;
      }

      void draw(RandomStream::Draws &draws,
                std::vector<Lanes>  &means) const override
      {
        std::vector<Lanes> u(batch_size + batch_size % 2);
        for (unsigned int k = 0; k < batch_size; k += 2)
          draws.uniforms(u[k], u[k + 1]);
        for (Lanes &m : means)
          m.fill(0);
        std::vector<char>         is_taken(with_replacement ? 0 : n_samples, 0);
        std::vector<unsigned int> batch(batch_size);
        const unsigned int        n_m = monomials.n_monomials();
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            choose(u, i, is_taken, batch);
            for (const unsigned int s : batch)
              for (unsigned int j = 0; j < n_m; ++j)
                means[j][i] += samples[std::size_t(s) * n_m + j] / batch_size;
          }
      }

      std::string description() const override
      {
        return "samples of the data file, " +
               std::string(with_replacement ? "with" : "without") +
               " replacement";
      }

    private:
      /// Without replacement by Floyd's algorithm: for j = n - B .. n - 1 one
      /// of 0 .. j, or j itself where that one is taken.
      void choose(const std::vector<Lanes>  &u,
                  const unsigned int         lane,
                  std::vector<char>         &is_taken,
                  std::vector<unsigned int> &batch) const
      {
        for (unsigned int k = 0; k < batch_size; ++k)
          {
            const unsigned int n =
              (with_replacement ? n_samples : n_samples - batch_size + k + 1);
            unsigned int s =
              (cumulated.empty() ? static_cast<unsigned int>(u[k][lane] * n) :
                                   std::upper_bound(cumulated.begin(),
                                                    cumulated.end(),
                                                    u[k][lane]) -
                                     cumulated.begin());
            s = std::min(s, n - 1);
            if (!with_replacement)
              {
                if (is_taken[s])
                  s = n - 1;
                is_taken[s] = 1;
              }
            batch[k] = s;
          }
        if (!with_replacement)
          for (const unsigned int s : batch)
            is_taken[s] = 0;
      }

      /// Monomials, sample after sample
      std::vector<double> samples;
      unsigned int        n_samples;
      /// Where samples have weights: sums of the shares up to each
      std::vector<double> cumulated;
      const unsigned int  batch_size;
      const bool          with_replacement;
    };
  } // namespace



  BatchSource::BatchSource(const SampleMonomials &monomials)
    : monomials(monomials)
  {}



  std::unique_ptr<const BatchSource>
  make_batch_source(const LossParameters      &p,
                    const OptimiserParameters &optimiser,
                    const std::string         &folder,
                    const MPI_Comm             communicator)
  {
    const unsigned int B = optimiser.batch_size;
    const std::size_t  draws =
      std::size_t(B) *
      (p.data == "file" ? 1 : p.widths.front() + p.widths.back());
    if ((p.data == "file" || p.inputs == "gaussian") && draws > 100000)
      throw EntryError("Optimiser/batch size",
                       std::to_string(B),
                       "a step of the chain would draw " +
                         std::to_string(draws) + " random numbers",
                       "Batches of up to 100000 numbers are drawn sample by "
                       "sample; for larger ones use Ensemble/gradient noise = "
                       "gaussian.");
    if (p.data == "file")
      {
        const SampleMonomials monomials{p.widths.front(), p.widths.back()};
        const DataRows        rows = read_rows(communicator,
                                        p.data_file(folder),
                                        monomials.n_inputs,
                                        monomials.n_outputs,
                                        p.weights_of_rows());
        optimiser.sampling_factor(
          std::count_if(rows.weights.begin(),
                        rows.weights.end(),
                        [](const double w) { return w > 0; }));
        optimiser.check_weights(rows.has_shares());
        return std::make_unique<FileBatches>(
          monomials, rows, B, optimiser.sampling == "with replacement");
      }
    if (p.inputs == "fixed")
      {
        std::vector<double> x;
        for (std::size_t b = 0; b < p.input_covariance.size(); ++b)
          x.push_back(std::sqrt(p.input_covariance[b][b]));
        return std::make_unique<FixedInputBatches>(x,
                                                   p.teacher,
                                                   p.label_noise,
                                                   B);
      }
    return std::make_unique<GaussianBatches>(p.input_covariance,
                                             p.teacher,
                                             p.label_noise,
                                             B);
  }
} // namespace sgdfp
