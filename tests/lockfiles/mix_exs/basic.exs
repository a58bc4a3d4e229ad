defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [
      app: :shop,
      version: "0.1.0",
      elixir: "~> 1.14",
      deps: deps(),
      dialyzer: [plt_file: {:no_warn, "priv/plts/dialyzer.plt"}]
    ]
  end

  def application do
    [mod: {Shop.Application, []}, extra_applications: [:logger]]
  end

  # {:gone, "~> 1.0"},
  defp deps do
    [
      {:phoenix, "~> 1.7.14"},
      {:ecto_sql, "~> 3.10 and >= 3.10.2"},
      {:jason, "1.4.4"},
      {:plug, "== 1.16.1"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false}, # lint
      {:floki, ">= 0.30.0", only: :test},
      {:bandit, "~> 1.5", only: [:prod, :dev]},
      {:esbuild, "~> 0.8", runtime: Mix.env() == :dev},
      {:heroicons,
       github: "tailwindlabs/heroicons",
       tag: "v2.1.1",
       sparse: "optimized",
       app: false},
      {:internal, git: "https://deploy:hunter2@git.example.org/internal.git", branch: "main"},
      {:poison, "~> 5.0", hex: :poison_fork},
      {:oban_pro, "~> 1.4", repo: "oban"},
      {:shop_core, in_umbrella: true},
      {:vendored, path: "vendored"},
      {:neighbour, path: "../neighbour"},
      {:open, ">= 0.0.0", override: true}
    ]
  end
end
