"""The matrix: who hears whom, without a click and never beyond full scale."""

import numpy as np

from firmware.sound.frame import Samples
from firmware.sound.matrix import Matrix, soft_limited


def saying(*sizes: float) -> Samples:
    """A frame in which each row holds one value."""
    return np.repeat(np.array(sizes, np.float32)[:, None], 160, axis=1)


def joined(matrix: Matrix, hearer: int, speaker: int, gain: float = 1.0) -> None:
    """As if it had always been so."""
    matrix.gain[hearer, speaker] = gain
    matrix.tick(np.zeros((matrix.gain.shape[1], 160), np.float32))


def test_nobody_hears_anybody_at_first() -> None:
    assert not Matrix(3).tick(saying(0.5, 0.5, 0.5)).any()


def test_a_hearer_hears_his_speakers_and_no_other() -> None:
    matrix = Matrix(3)
    joined(matrix, 0, 1)
    joined(matrix, 0, 2, 0.5)
    heard = matrix.tick(saying(0.1, 0.2, 0.4))
    assert np.allclose(heard[0], 0.4)
    assert not heard[1:].any()
    assert heard.dtype == np.float32


def test_a_conference_is_a_block_of_the_matrix_without_its_diagonal() -> None:
    matrix = Matrix(3)
    matrix.gain[:] = 1 - np.eye(3)
    matrix.tick(saying(0, 0, 0))
    assert np.allclose(matrix.tick(saying(0.1, 0.2, 0.3))[:, 0], [0.5, 0.4, 0.3])


def test_a_new_gain_is_reached_by_a_straight_ramp_over_one_frame() -> None:
    matrix = Matrix(2)
    matrix.gain[0, 1] = 0.8
    heard = matrix.tick(saying(0, 0.5))[0]
    assert np.allclose(heard, 0.4 * (np.arange(160) + 1) / 160)
    assert np.allclose(matrix.tick(saying(0, 0.5))[0], 0.4)


def test_parting_is_a_ramp_too_and_ends_in_nothing() -> None:
    matrix = Matrix(2)
    joined(matrix, 0, 1)
    matrix.gain[0, 1] = 0
    heard = matrix.tick(saying(0, 0.5))[0]
    assert heard[0] < 0.5
    assert np.allclose(np.diff(heard), -0.5 / 160, atol=1e-6)
    assert not matrix.tick(saying(0, 0.5))[0].any()


def test_an_entry_that_did_not_change_passes_to_the_bit_while_another_moves() -> None:
    matrix = Matrix(3)
    joined(matrix, 0, 1)
    sound = np.random.default_rng(1).uniform(-0.4, 0.4, (3, 160)).astype(np.float32)
    matrix.gain[1, 2] = 1
    assert np.array_equal(matrix.tick(sound)[0], sound[1])


def test_up_to_0_9_sound_passes_to_the_bit() -> None:
    matrix = Matrix(2)
    joined(matrix, 0, 1)
    sound = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 160)).astype(np.float32)
    assert np.array_equal(matrix.tick(sound)[0], sound[1])


def test_above_0_9_sound_bends_without_a_step_and_never_leaves_the_scale() -> None:
    sound = np.linspace(-40, 40, 100_001, dtype=np.float32)
    limited = soft_limited(sound)
    inside = np.abs(sound) <= 0.9
    assert np.array_equal(limited[inside], sound[inside])
    assert np.abs(limited).max() <= 1.0
    assert (np.diff(limited) >= 0).all()
    assert np.diff(limited).max() < 0.001


def test_twenty_who_shout_at_once_stay_within_the_scale() -> None:
    matrix = Matrix(21)
    matrix.gain[0] = 1
    for _ in range(3):
        heard = matrix.tick(np.ones((21, 160), np.float32))
    assert 0.99 < heard[0, -1] <= 1.0


def test_there_may_be_more_speakers_than_hearers() -> None:
    matrix = Matrix(2, 5)
    joined(matrix, 1, 4)
    assert np.allclose(matrix.tick(saying(0, 0, 0, 0, 0.3))[1], 0.3)


def test_what_is_played_to_a_row_is_heard_there_alone_beside_all_else_and_within_full_scale() -> None:
    matrix = Matrix(3)
    joined(matrix, 2, 0)
    heard = matrix.tick(saying(0.4, 0, 0), [1, 2], saying(0.5, 0.9))
    assert np.allclose(heard[:2, 0], [0, 0.5])
    assert 0.9 < heard[2, 0] < 1.0


def test_a_speaker_is_wanted_until_his_last_ramp_is_over() -> None:
    matrix = Matrix(2)
    assert not matrix.wants(1)
    joined(matrix, 0, 1)
    matrix.gain[0, 1] = 0
    assert matrix.wants(1)
    matrix.tick(saying(0, 0))
    assert not matrix.wants(1)
