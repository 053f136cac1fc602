//! Starts the program: command line in, exit status out.

fn main() -> std::process::ExitCode {
    referent::cli::main()
}
