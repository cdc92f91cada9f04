// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/law_comparison.h"

#include "base/text.h"
#include "postprocess/law_distances.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    using Json = Summary::Json;



    /// @param has, has_not the names of the laws p and q of KL(p|q)
    void set_divergence(const std::string &key,
                        const Divergence  &divergence,
                        const std::string &has,
                        const std::string &has_not,
                        const bool         is_sample,
                        Summary           &summary)
    {
      if (!divergence.is_infinite())
        {
          summary.set(key, divergence.value);
          return;
        }
      summary.set_null(key,
                       has + " has " + to_text(divergence.uncovered) + " in " +
                         counted(divergence.n_uncovered, "bin") + " where " +
                         has_not +
                         (is_sample ? " has no sample: it is infinite" :
                                      " is not above 0: it is infinite, or the "
                                      "density is not resolved there"));
    }



    void compare_means(const std::vector<ReportedMean> &reference,
                       const std::vector<ReportedMean> &means,
                       Summary                         &summary)
    {
      for (const ReportedMean &mean : means)
        {
          const auto other = std::find_if(reference.begin(),
                                          reference.end(),
                                          [&](const ReportedMean &candidate) {
                                            return candidate.path == mean.path;
                                          });
          if (other == reference.end())
            continue;
          const std::string path = "means/" + mean.path;
          const double      error =
            std::hypot(mean.standard_error, other->standard_error);
          summary.set(path + "/label", mean.label);
          summary.set(path + "/reference", other->value);
          summary.set(path + "/value", mean.value);
          summary.set(path + "/difference", mean.value - other->value);
          // What does not vary has an error of round-off only.
          constexpr double round_off = 1e-13;
          if (error > round_off *
                        std::max(std::abs(mean.value), std::abs(other->value)))
            {
              summary.set(path + "/standard_error", error);
              summary.set(path + "/significance",
                          (mean.value - other->value) / error);
              continue;
            }
          for (const char *key : {"/standard_error", "/significance"})
            summary.set_null(path + key,
                             error > 0 ? "it does not vary" :
                                         "neither run has a standard error");
        }
    }
  } // namespace



  Json describe(const ComparedLaw &compared)
  {
    const BinnedLaw &law = compared.law;
    Summary          summary;
    summary.set("folder", compared.folder);
    summary.set("program", compared.program);
    summary.set("kind", law.is_sample() ? "ensemble" : "density");
    summary.set("outside_mass", law.probabilities.back());
    if (law.is_sample())
      {
        const FiniteSamples bias = finite_samples(law);
        summary.set("samples", law.n_samples);
        summary.set("split_total_variation", bias.total_variation);
      }
    else
      {
        summary.set("mass", law.mass);
        summary.set("integration_error", law.integration_error);
        if (compared.density_error > 0)
          summary.set("estimated_error", compared.density_error);
        else
          summary.set_null("estimated_error", "the run reports none");
      }
    return summary.json();
  }



  Json compare(const ComparedLaw              &reference,
               const ComparedLaw              &law,
               const std::vector<std::string> &variables)
  {
    const auto         &p = law.law.probabilities;
    const auto         &q = reference.law.probabilities;
    const FiniteSamples bias =
      combined(finite_samples(reference.law), finite_samples(law.law));
    Summary summary;
    summary.set("folder", law.folder);
    summary.set("total_variation", total_variation(p, q));
    summary.set("total_variation_bias", bias.total_variation);
    summary.set("total_variation_error",
                reference.law.integration_error + law.law.integration_error +
                  0.5 * (reference.density_error + law.density_error));
    summary.set("hellinger", hellinger(p, q));
    summary.set("hellinger_bias", bias.hellinger);
    set_divergence("kl",
                   kullback_leibler(p, q),
                   "the law",
                   "the reference",
                   reference.law.is_sample(),
                   summary);
    set_divergence("reverse_kl",
                   kullback_leibler(q, p),
                   "the reference",
                   "the law",
                   law.law.is_sample(),
                   summary);
    summary.set("kl_bias", bias.kl);
    for (unsigned int d = 0; d < variables.size(); ++d)
      {
        const std::string path = "wasserstein/" + variables[d];
        const Bins       &bins = law.law.bins;
        summary.set(path + "/value",
                    wasserstein(marginal(bins, p, d),
                                marginal(bins, q, d),
                                bins.width(d)));
        summary.set(path + "/bias", bias.wasserstein[d]);
      }
    compare_means(reference.means, law.means, summary);
    return summary.json();
  }



  namespace
  {
    constexpr int label_width = 26, number_width = 14;



    std::string cell(const Json &value, const unsigned int digits = 4)
    {
      std::ostringstream out;
      out << ' ' << std::setw(number_width);
      if (value.is_null())
        out << "-";
      else
        out << std::setprecision(static_cast<int>(digits))
            << value.get<double>();
      return out.str();
    }



    std::string label(const std::string &text)
    {
      std::ostringstream out;
      out << "    " << std::left << std::setw(label_width) << text;
      return out.str();
    }



    std::string heads(const std::string              &first,
                      const std::vector<std::string> &others)
    {
      std::ostringstream out;
      out << label(first);
      for (const std::string &head : others)
        out << ' ' << std::setw(number_width) << head;
      out << '\n';
      return out.str();
    }



    /// A distance, what finite samples contribute, and their ratio.
    std::string
    distance_line(const std::string &name, const Json &value, const Json &bias)
    {
      const double samples = bias.get<double>();
      std::string  text    = label(name) + cell(value);
      if (samples > 0)
        {
          text += cell(bias, 3);
          if (!value.is_null())
            text += cell(value.get<double>() / samples, 3);
        }
      return text + '\n';
    }



    std::string describe_in_words(const std::string &role, const Json &law)
    {
      const bool  is_sample = (law.at("kind") == "ensemble");
      std::string text =
        "  " + role + "  " + law.at("folder").get<std::string>() + ": ";
      if (is_sample)
        text +=
          "ensemble, " + to_text(law.at("samples").get<double>()) + " samples";
      else
        {
          std::ostringstream numbers;
          numbers << std::setprecision(3)
                  << "density, mass - 1 = " << law.at("mass").get<double>() - 1
                  << ", integration over bins +- "
                  << law.at("integration_error").get<double>();
          if (!law.at("estimated_error").is_null())
            numbers << ", estimated L1 error "
                    << law.at("estimated_error").get<double>();
          text += numbers.str();
        }
      std::ostringstream outside;
      outside << std::setprecision(3) << law.at("outside_mass").get<double>();
      return text + "; outside of the bins " + outside.str() + '\n';
    }



    std::string distances_in_words(const Json &comparison)
    {
      std::string text =
        heads("distance", {"value", "finite samples", "ratio"});
      text += distance_line("total variation",
                            comparison.at("total_variation"),
                            comparison.at("total_variation_bias"));
      text += distance_line("Hellinger",
                            comparison.at("hellinger"),
                            comparison.at("hellinger_bias"));
      text += distance_line("KL(law|reference)",
                            comparison.at("kl"),
                            comparison.at("kl_bias"));
      text += distance_line("KL(reference|law)",
                            comparison.at("reverse_kl"),
                            comparison.at("kl_bias"));
      for (const auto &[name, distance] : comparison.at("wasserstein").items())
        text += distance_line("W1 of " + name,
                              distance.at("value"),
                              distance.at("bias"));
      for (const char *key : {"kl_reason", "reverse_kl_reason"})
        if (comparison.contains(key))
          text += "    " +
                  std::string(std::string(key) == "kl_reason" ?
                                "KL(law|reference): " :
                                "KL(reference|law): ") +
                  comparison.at(key).get<std::string>() + '\n';
      return text;
    }



    std::string means_in_words(const Json &comparison)
    {
      if (!comparison.contains("means"))
        return "    the two runs report no observable in common\n";
      std::string text = heads(
        "mean",
        {"reference", "law", "difference", "standard error", "significance"});
      for (const auto &group : comparison.at("means"))
        for (const auto &mean : group)
          text += label(mean.at("label").get<std::string>()) +
                  cell(mean.at("reference"), 7) + cell(mean.at("value"), 7) +
                  cell(mean.at("difference"), 3) +
                  cell(mean.at("standard_error"), 3) +
                  cell(mean.at("significance"), 3) + '\n';
      return text;
    }
  } // namespace



  std::string comparison_table(const Summary &summary)
  {
    const Json &all  = summary.json();
    const Json &laws = all.at("laws"), &comparisons = all.at("comparisons");
    std::string text = describe_in_words("Reference", laws.at(0));
    for (std::size_t i = 0; i < comparisons.size(); ++i)
      text += describe_in_words("Law      ", laws.at(i + 1)) +
              distances_in_words(comparisons.at(i)) + '\n' +
              means_in_words(comparisons.at(i)) + '\n';
    return text;
  }
} // namespace sgdfp
